# System packages, found by their own CMake configurations.
if(TAPBRIDGE_STATIC)
  set(Boost_USE_STATIC_LIBS ON)
endif()
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json)

# Boost.Process is header-only up to 1.85 and a compiled library from 1.86.
add_library(tapbridge_boost_process INTERFACE)
target_link_libraries(tapbridge_boost_process INTERFACE Boost::headers Threads::Threads)
if(Boost_VERSION VERSION_GREATER_EQUAL 1.86)
  find_package(Boost 1.86 CONFIG REQUIRED COMPONENTS process)
  target_link_libraries(tapbridge_boost_process INTERFACE Boost::process)
else()
  target_compile_definitions(tapbridge_boost_process INTERFACE BOOST_PROCESS_USE_STD_FS)
endif()

find_package(CLI11 CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(yaml-cpp 0.7 CONFIG REQUIRED)

# Debian ships spdlog and fmt as shared libraries only: a static binary takes their headers.
add_library(tapbridge_spdlog INTERFACE)
if(TAPBRIDGE_STATIC)
  get_target_property(spdlog_includes spdlog::spdlog INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(tapbridge_spdlog SYSTEM INTERFACE ${spdlog_includes})
  target_compile_definitions(tapbridge_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
  target_link_libraries(tapbridge_spdlog INTERFACE fmt::fmt-header-only Threads::Threads)
else()
  target_link_libraries(tapbridge_spdlog INTERFACE spdlog::spdlog)
endif()

# Debian's target for yaml-cpp is the shared library; the static one lies beside it.
add_library(tapbridge_yaml INTERFACE)
if(TAPBRIDGE_STATIC)
  find_library(TAPBRIDGE_YAML_ARCHIVE NAMES libyaml-cpp.a REQUIRED)
  find_path(TAPBRIDGE_YAML_HEADERS yaml-cpp/parser.h REQUIRED)
  target_include_directories(tapbridge_yaml SYSTEM INTERFACE ${TAPBRIDGE_YAML_HEADERS})
  target_link_libraries(tapbridge_yaml INTERFACE ${TAPBRIDGE_YAML_ARCHIVE})
elseif(TARGET yaml-cpp::yaml-cpp) # from 0.8
  target_link_libraries(tapbridge_yaml INTERFACE yaml-cpp::yaml-cpp)
else()
  target_link_libraries(tapbridge_yaml INTERFACE yaml-cpp)
endif()

if(TAPBRIDGE_TESTS)
  find_package(Catch2 REQUIRED)
endif()

message(STATUS "tapbridge: Boost ${Boost_VERSION}, CLI11 ${CLI11_VERSION}, spdlog ${spdlog_VERSION}, yaml-cpp ${yaml-cpp_VERSION}, Catch2 ${Catch2_VERSION}")
