// The oracle, compiled with the sanitizers and seen by the fuzzer: what is new to it may be new to
// us.
#include <boost/json/src.hpp>
