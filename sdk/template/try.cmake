# Installs the SDK of a build tree, makes a plugin with `conserje-plugin new`, builds and tests it there:
# cmake -DTREE=<build tree> -DKIND=sink -DLANGUAGE=c -DWORK=<folder to use> [-DLAUNCHER=<ccache>] -P try.cmake
if(LANGUAGE STREQUAL "cpp" AND NOT KIND STREQUAL "sink" AND NOT "$ENV{CONSERJE_ALL}")
  message(STATUS "left to CONSERJE_ALL")
  return()
endif()
if(LANGUAGE STREQUAL "rust" AND NOT CARGO)
  message(STATUS "cargo is not installed: the template in Rust was not tried")
  return()
endif()
set(TOOL ${WORK}/prefix/bin/conserje-plugin)
set(LIBRARY ${WORK}/build/plugins/${KIND}_mine.so)
file(REMOVE_RECURSE ${WORK})

function(step)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

step(${CMAKE_COMMAND} --install ${TREE} --component sdk --prefix ${WORK}/prefix)
step(${TOOL} new mine --kind ${KIND} --lang ${LANGUAGE} --folder ${WORK}/plugin)
if(LANGUAGE STREQUAL "rust")
  step(${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${WORK}/cargo ${CARGO} test --quiet --offline
       --manifest-path ${WORK}/plugin/Cargo.toml)
  step(${CMAKE_COMMAND} -E env CARGO=${CARGO} PATH=${WORK}/prefix/bin:$ENV{PATH} ${WORK}/plugin/build
       ${LIBRARY})
else()
  step(${CMAKE_COMMAND} -G Ninja -S ${WORK}/plugin -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
       -DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
  step(${CMAKE_COMMAND} --build ${WORK}/build)
  step(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure -E conformance)
  step(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure -R conformance --no-tests=error)
endif()
if(NOT EXISTS ${LIBRARY})
  message(FATAL_ERROR "${LIBRARY} was not made")
endif()
