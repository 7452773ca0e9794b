# Installs the SDK of a build tree, copies the template, builds it there and runs its tests:
# cmake -DTREE=<build tree> -DTEMPLATE=<folder> -DWORK=<folder to use> -DLAUNCHER=<ccache> -P try.cmake
file(REMOVE_RECURSE ${WORK})
file(COPY ${TEMPLATE}/ DESTINATION ${WORK}/plugin)
foreach(STEP "${CMAKE_COMMAND};--install;${TREE};--component;conserje-sdk;--prefix;${WORK}/prefix"
             "${CMAKE_COMMAND};-G;Ninja;-S;${WORK}/plugin;-B;${WORK}/build;-DCMAKE_PREFIX_PATH=${WORK}/prefix;-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
             "${CMAKE_COMMAND};--build;${WORK}/build"
             "${CMAKE_CTEST_COMMAND};--test-dir;${WORK}/build;--output-on-failure;--no-tests=error")
  execute_process(COMMAND ${STEP} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
if(NOT EXISTS ${WORK}/build/plugins/sink_example.so)
  message(FATAL_ERROR "${WORK}/build/plugins/sink_example.so was not made")
endif()
