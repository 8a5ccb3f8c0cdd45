# Linked PRIVATE by our own targets; dependencies are system headers.
add_library(tapbridge_warnings INTERFACE)
target_compile_options(tapbridge_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  -Wdouble-promotion -Wformat=2 -Wextra-semi -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond>
  $<$<BOOL:${TAPBRIDGE_DEV}>:-Werror>)
