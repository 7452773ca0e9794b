# Builds the API reference, then one of a header whose function says nothing, which must fail:
# cmake -DDOXYGEN=doxygen -DSDK=<sdk/> -DWORK=<folder to use> -P reference.cmake
if(NOT DOXYGEN)
  message(FATAL_ERROR "doxygen is needed; it is in packaging/packages, section test")
endif()

# The status and the messages of Doxygen for the SDK in FOLDER; what it makes goes to OUT.
function(refer FOLDER OUT)
  file(REMOVE_RECURSE ${OUT})
  file(MAKE_DIRECTORY ${OUT})
  execute_process(COMMAND ${CMAKE_COMMAND} -E env SDK=${FOLDER} OUT=${OUT} ${DOXYGEN} ${FOLDER}/Doxyfile
                  RESULT_VARIABLE STATUS ERROR_VARIABLE MESSAGES OUTPUT_QUIET)
  set(STATUS ${STATUS} PARENT_SCOPE)
  set(MESSAGES "${MESSAGES}" PARENT_SCOPE)
endfunction()

refer(${SDK} ${WORK}/whole)
if(NOT STATUS EQUAL 0 OR NOT EXISTS ${WORK}/whole/html/index.html)
  message(FATAL_ERROR "status ${STATUS}:\n${MESSAGES}")
endif()

file(REMOVE_RECURSE ${WORK}/sdk)
file(COPY ${SDK}/ DESTINATION ${WORK}/sdk PATTERN tool EXCLUDE PATTERN template EXCLUDE PATTERN abi EXCLUDE)
file(APPEND ${WORK}/sdk/include/conserje/time.hpp "namespace conserje { inline int nobody_knows() { return 1; } }\n")
refer(${WORK}/sdk ${WORK}/lacking)
if(STATUS EQUAL 0 OR NOT MESSAGES MATCHES "nobody_knows.*is not documented")
  message(FATAL_ERROR "a function that is not documented was not found, status ${STATUS}:\n${MESSAGES}")
endif()
