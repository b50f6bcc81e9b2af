# How every target of Sesame is built: one place for the language, the warnings, the caches and the shared recipes.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# One place for programs, so that scripts and pages can name them: build/PRESET/bin/sesame.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Sloppiness lets ccache reuse objects of targets with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-fpch-preprocess)
  endif()
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)  # clang builds the fuzzers only
  # g++ 12 reports false positives of these in coroutine frames and inlined std::string at -O2.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
  # Symmetric transfer between coroutines needs tail calls also at -O1 (docs/common-errors.md).
  add_compile_options(-fcoroutines -foptimize-sibling-calls)
endif()

set(SESAME_SANITIZE "" CACHE STRING "Sanitizers for every target: address,undefined or thread")
if(SESAME_SANITIZE)
  add_compile_options(-fsanitize=${SESAME_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SESAME_SANITIZE})
endif()
if(SESAME_SANITIZE STREQUAL "thread")
  # Asio's fences stand beside mutexes, which the sanitizer does understand.
  add_compile_options(-Wno-tsan)
endif()
set(SESAME_COVERAGE OFF CACHE BOOL "Count executed lines (gcov)")
if(SESAME_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

# sesame_library(NAME SOURCES a.cpp ... [LINK targets ...])
#   A static library whose headers are included from the top of the tree ("spi/service/task.hpp").
function(sesame_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
endfunction()

# sesame_test(NAME SOURCES a_test.cpp ... [LINK targets ...])
#   A GoogleTest program, run by ctest as one test per TEST().
function(sesame_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  if(TARGET sesame_test_pch)
    target_precompile_headers(${name} REUSE_FROM sesame_test_pch)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  # One ctest entry a program: starting a process per TEST() costs more than the tests themselves.
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# sesame_add_provider(NAME SOURCES ... LINK ... REGISTER function)
#   One folder and this one line make a provider (or a driver) known to the host: `function` has the signature
#   void(sesame::spi::Registry&). The registry's table is generated from these lines, because a linker drops
#   self-registering objects out of archives.
function(sesame_add_provider name)
  cmake_parse_arguments(ARG "" "REGISTER" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  sesame_library(${name} SOURCES ${ARG_SOURCES} LINK sesame_spi ${ARG_LINK} PRIVATE_LINK ${ARG_PRIVATE_LINK})
  set_property(GLOBAL APPEND PROPERTY SESAME_PROVIDER_TARGETS ${name})
  set_property(GLOBAL APPEND PROPERTY SESAME_PROVIDER_FUNCTIONS ${ARG_REGISTER})
endfunction()

# sesame_add_commands(TARGET FUNCTION function)
#   The subcommands of an optional part: `function` has the signature void(CLI::App&, std::function<int()>&). The program's
#   table of them is generated from these lines.
function(sesame_add_commands target)
  cmake_parse_arguments(ARG "" "FUNCTION" "" ${ARGN})
  set_property(GLOBAL APPEND PROPERTY SESAME_COMMAND_TARGETS ${target})
  set_property(GLOBAL APPEND PROPERTY SESAME_COMMAND_FUNCTIONS ${ARG_FUNCTION})
endfunction()
