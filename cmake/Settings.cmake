# Language level, hardening, sanitizers and static linking, for our own targets only.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(tapbridge_settings INTERFACE)
target_compile_features(tapbridge_settings INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
target_include_directories(tapbridge_settings INTERFACE ${PROJECT_SOURCE_DIR}/bridge)
target_compile_definitions(tapbridge_settings INTERFACE
  $<$<OR:$<CONFIG:Debug>,$<BOOL:${TAPBRIDGE_DEV}>>:_GLIBCXX_ASSERTIONS>)

if(TAPBRIDGE_SANITIZE)
  target_compile_options(tapbridge_settings INTERFACE
    -fsanitize=${TAPBRIDGE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tapbridge_settings INTERFACE -fsanitize=${TAPBRIDGE_SANITIZE})
endif()

# -static-pie, not -static: with the latter, libgcc sorts all unwind entries at the first throw.
if(TAPBRIDGE_STATIC)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_link_options(tapbridge_settings INTERFACE -static-pie)
endif()
