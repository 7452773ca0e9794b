# Builds the libFuzzer programs, and nothing else of the tree: cmake -DSOURCE=... -DTREE=... -P build.cmake
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} --preset clang -B ${TREE} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${TREE} --parallel 2 --target fuzz_targets
                COMMAND_ERROR_IS_FATAL ANY)
