# Fuzz targets, one for each parser of outside bytes: <what>_fuzz.cpp holds LLVMFuzzerTestOneInput, and its corpus
# is a folder where each bug that was mended leaves its input.
#
# Every preset replays the corpora (ctest fuzz.replay.*). With CONSERJE_FUZZ the programs are libFuzzer's. A tree of
# g++ builds those in a tree inside itself, as a ctest fixture, and searches 2 s with each (fuzz.search.*;
# CONSERJE_ALL=1: 60 s), so that one command finds what one compiler cannot.

option(CONSERJE_FUZZ "Make libFuzzer programs of the fuzz targets; clang alone" OFF)
if(CONSERJE_FUZZ)
  add_compile_options($<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=fuzzer-no-link>)
endif()

add_custom_target(fuzz_targets)

find_program(CONSERJE_CLANG clang++-16)
if(CONSERJE_CLANG AND CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CONSERJE_SANITIZE MATCHES address)
  set(CONSERJE_FUZZ_TREE ${PROJECT_BINARY_DIR}/clang)
endif()

# conserje_fuzz(NAME SOURCES... LINK... CORPUS folder): the program NAME, such as mime_fuzz, replayed and searched with.
function(conserje_fuzz NAME)
  cmake_parse_arguments(FUZZ "" "CORPUS" "SOURCES;LINK" ${ARGN})
  string(REGEX REPLACE "_fuzz$" "" TEST ${NAME})
  add_executable(${NAME} ${FUZZ_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${FUZZ_LINK} conserje::warnings)
  # One place for all: a tree knows the program of the tree inside it by its name.
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  add_dependencies(fuzz_targets ${NAME})
  if(CONSERJE_FUZZ)
    target_link_options(${NAME} PRIVATE -fsanitize=fuzzer)
    file(GLOB INPUTS CONFIGURE_DEPENDS ${FUZZ_CORPUS}/*)
    add_test(NAME fuzz.replay.${TEST} COMMAND ${NAME} ${INPUTS})
  else()
    target_sources(${NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    add_test(NAME fuzz.replay.${TEST} COMMAND ${NAME} ${FUZZ_CORPUS})
  endif()
  set_tests_properties(fuzz.replay.${TEST} PROPERTIES LABELS fuzz TIMEOUT 120)
  if(CONSERJE_FUZZ_TREE)
    add_test(NAME fuzz.search.${TEST} COMMAND ${PROJECT_SOURCE_DIR}/tests/fuzz/search
             ${CONSERJE_FUZZ_TREE}/fuzz/${NAME} ${FUZZ_CORPUS})
    set_tests_properties(fuzz.search.${TEST} PROPERTIES LABELS fuzz TIMEOUT 180 FIXTURES_REQUIRED fuzz_tree)
  endif()
endfunction()
