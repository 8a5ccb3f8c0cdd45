# Linked PRIVATE by our own targets; dependencies are system headers.
add_library(tapbridge_warnings INTERFACE)
target_compile_options(tapbridge_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  -Wdouble-promotion -Wformat=2 -Wextra-semi -Wimplicit-fallthrough
  # g++ 12 sees overlapping copies in plain string concatenations (its bug 105329): -Wno-restrict.
  $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wno-restrict>
  $<$<BOOL:${TAPBRIDGE_DEV}>:-Werror>)

# Sanitized code confuses g++'s flow analysis.
if(TAPBRIDGE_SANITIZE)
  target_compile_options(tapbridge_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
