# conserje_add_plugin: how a plugin is built. Ships with the SDK; needs the target conserje::sdk.
#
#   conserje_add_plugin(
#     KIND channel            # the folder's kind and name: the result is channel_gmail.so
#     NAME gmail
#     SOURCES gmail.cpp payload.cpp     # besides plugin.cpp, which comes by itself; compiled once, for tests too
#     LINK CURL::libcurl                # besides conserje::sdk
#     TESTS tests/gmail_test.cpp        # GoogleTest; they link the sources and conserje::testkit, no dlopen
#     FUZZ tests/mime_fuzz.cpp          # one file for each parser of outside bytes
#     CONFORMANCE 7)                    # a test: conserje-plugin holds the .so against its kit up to this level
#
# A plugin in C has plugin.c instead of plugin.cpp.
# manifest.json and config.schema.json stand beside the CMakeLists.txt. Both are merged and placed into the ELF note
# that the host reads before it runs any of the plugin's code (cj.h, CJ_NOTE_SECTION).
# Tests and fuzz targets are made where the including project defines conserje_unit_test and conserje_fuzz.

set(CONSERJE_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

# Writes the manifest with its config schema to OUT.
function(conserje_merge_manifest FOLDER OUT)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${FOLDER}/manifest.json ${FOLDER}/config.schema.json)
  file(READ ${FOLDER}/manifest.json MANIFEST)
  file(READ ${FOLDER}/config.schema.json SCHEMA)
  string(JSON MANIFEST SET "${MANIFEST}" config_schema "${SCHEMA}")
  file(CONFIGURE OUTPUT ${OUT} CONTENT "@MANIFEST@" @ONLY)
endfunction()

# Gives TARGET the note with the JSON file's bytes.
function(conserje_add_note TARGET JSON_FILE)
  set(NOTE ${CMAKE_CURRENT_BINARY_DIR}/${TARGET}.note.S)
  file(CONFIGURE OUTPUT ${NOTE} @ONLY CONTENT [[
/* struct Elf64_Nhdr: name size, descriptor size, type; then both, padded to 4 bytes. */
  .section .note.conserje, "a", %note
  .balign 4
  .long 9
  .long 2f - 1f
  .long 1
  .asciz "Conserje"
  .balign 4
1: .incbin "@JSON_FILE@"
2: .balign 4
  .section .note.GNU-stack, "", %progbits
]])
  set_source_files_properties(${NOTE} PROPERTIES OBJECT_DEPENDS ${JSON_FILE} LANGUAGE ASM)
  target_sources(${TARGET} PRIVATE ${NOTE})
endfunction()

function(conserje_add_plugin)
  cmake_parse_arguments(PLUGIN "" "KIND;NAME;CONFORMANCE" "SOURCES;LINK;TESTS;TEST_LINK;FUZZ" ${ARGN})
  set(ID ${PLUGIN_KIND}_${PLUGIN_NAME})
  set(EXPORT plugin.cpp)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/plugin.c)
    set(EXPORT plugin.c)
  endif()

  if(PLUGIN_SOURCES)
    add_library(${ID}_code OBJECT ${PLUGIN_SOURCES})
    target_include_directories(${ID}_code PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${ID}_code PUBLIC conserje::sdk ${PLUGIN_LINK})
    set_target_properties(${ID}_code PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                                C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_compile_options(${ID}_code PRIVATE $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
    if(TARGET conserje::warnings)
      target_link_libraries(${ID}_code PRIVATE conserje::warnings)
    endif()
  else()  # All of it is in the one file.
    add_library(${ID}_code INTERFACE)
    target_link_libraries(${ID}_code INTERFACE conserje::sdk ${PLUGIN_LINK})
  endif()

  add_library(${ID} MODULE ${EXPORT})
  target_link_libraries(${ID} PRIVATE ${ID}_code)  # An object library: its objects come with it.
  set_target_properties(
    ${ID} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                     LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins LINK_DEPENDS ${CONSERJE_PLUGIN_MAP})
  target_compile_options(${ID} PRIVATE $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
  target_link_options(${ID} PRIVATE -Wl,--version-script=${CONSERJE_PLUGIN_MAP} -Wl,-z,now -Wl,-z,relro
                      -Wl,-z,noexecstack)
  if(NOT CMAKE_CXX_FLAGS MATCHES fsanitize AND NOT CONSERJE_SANITIZE)
    target_link_options(${ID} PRIVATE -Wl,-z,defs)  # A sanitizer's runtime is in the host.
  endif()
  conserje_merge_manifest(${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/${ID}.manifest.json)
  conserje_add_note(${ID} ${CMAKE_CURRENT_BINARY_DIR}/${ID}.manifest.json)
  if(TARGET conserje::warnings)
    target_link_libraries(${ID} PRIVATE conserje::warnings)
  endif()

  if(PLUGIN_TESTS AND CONSERJE_BUILD_TESTS)
    conserje_unit_test(${ID}_test SOURCES ${PLUGIN_TESTS} LINK ${ID}_code conserje::testkit ${PLUGIN_TEST_LINK})
    target_compile_definitions(${ID}_test PRIVATE CONSERJE_PLUGIN_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}")
  endif()
  if(PLUGIN_CONFORMANCE AND CONSERJE_BUILD_TESTS)
    find_program(CONSERJE_PLUGIN_TOOL conserje-plugin HINTS ${CONSERJE_TOOL_FOLDER})
    if(CONSERJE_PLUGIN_TOOL)
      add_test(NAME ${ID}.conformance
               COMMAND ${CONSERJE_PLUGIN_TOOL} test --level ${PLUGIN_CONFORMANCE} $<TARGET_FILE:${ID}>)
    endif()
  endif()
  foreach(FUZZ_FILE ${PLUGIN_FUZZ})
    if(COMMAND conserje_fuzz AND CONSERJE_BUILD_TESTS)
      get_filename_component(FUZZ_NAME ${FUZZ_FILE} NAME_WE)
      conserje_fuzz(${ID}_${FUZZ_NAME} SOURCES ${FUZZ_FILE} LINK ${ID}_code conserje::testkit
                    CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/tests/corpus/${FUZZ_NAME})
    endif()
  endforeach()
endfunction()
