# find_package(conserje-sdk): an installed SDK, or the folder sdk/ of a checkout; both look the same.
#
#   conserje::sdk          cj.h and the C++ wrapper: headers alone
#   conserje_add_plugin    how a plugin is built: ConserjePlugin.cmake
# and after include(CTest), unless BUILD_TESTING is off:
#   conserje::testkit      a host without a network, compiled with your own flags
#   conserje_unit_test     one GoogleTest program

include(CMakeFindDependencyMacro)
find_dependency(nlohmann_json)

get_filename_component(CONSERJE_SDK_FOLDER ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)

if(NOT TARGET conserje::sdk)
  add_library(conserje::sdk INTERFACE IMPORTED)
  target_include_directories(conserje::sdk INTERFACE ${CONSERJE_SDK_FOLDER}/include)
  target_link_libraries(conserje::sdk INTERFACE nlohmann_json::nlohmann_json)
  target_compile_features(conserje::sdk INTERFACE cxx_std_20)
endif()

set(CONSERJE_BUILD_TESTS ${BUILD_TESTING})
if(CONSERJE_BUILD_TESTS AND NOT TARGET conserje::testkit)
  find_dependency(GTest)
  find_dependency(OpenSSL)
  include(GoogleTest)
  add_library(conserje_testkit STATIC EXCLUDE_FROM_ALL ${CONSERJE_SDK_FOLDER}/testkit/fake_host.cpp)
  add_library(conserje::testkit ALIAS conserje_testkit)
  target_include_directories(conserje_testkit PUBLIC ${CONSERJE_SDK_FOLDER}/testkit/include)
  target_link_libraries(conserje_testkit PUBLIC conserje::sdk PRIVATE OpenSSL::Crypto)
endif()

if(NOT COMMAND conserje_unit_test)
  function(conserje_unit_test NAME)
    cmake_parse_arguments(TEST "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${NAME} ${TEST_SOURCES})
    target_link_libraries(${NAME} PRIVATE ${TEST_LINK} GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${NAME})
  endfunction()
endif()

# Where the package puts conserje-plugin.
get_filename_component(CONSERJE_TOOL_FOLDER ${CONSERJE_SDK_FOLDER}/../../bin ABSOLUTE)
include(${CMAKE_CURRENT_LIST_DIR}/ConserjePlugin.cmake)
