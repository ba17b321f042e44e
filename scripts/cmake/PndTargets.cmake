# The flags every target gets, and one function per kind of target.

add_library(pnd_build_flags INTERFACE)
target_compile_features(pnd_build_flags INTERFACE c_std_11)
# -ffp-contract=off: clang fuses a*b+c where gcc -std=c11 does not, and scores must not depend on the compiler.
target_compile_options(pnd_build_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:
    -ffp-contract=off -fno-math-errno
    -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wcast-qual -Wvla -Wundef
    -Wdouble-promotion -Wno-missing-field-initializers>)
if(NOT PND_OPENMP)
    target_compile_options(pnd_build_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:-Wno-unknown-pragmas>)
endif()
if(PND_WERROR)
    target_compile_options(pnd_build_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:-Werror>
                           $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
endif()
if(PND_SANITIZE)
    target_compile_options(pnd_build_flags INTERFACE
        $<$<COMPILE_LANGUAGE:C>:-fsanitize=${PND_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>)
    target_link_options(pnd_build_flags INTERFACE -fsanitize=${PND_SANITIZE})
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")

# pnd_library(eval SOURCES a.c b.c LINK pnd::base PRIVATE_LINK PNG::PNG) makes libpnd_eval and pnd::eval.
function(pnd_library name)
    cmake_parse_arguments(ARG "" "INCLUDE" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
    if(NOT ARG_INCLUDE)
        set(ARG_INCLUDE include)
    endif()
    add_library(pnd_${name} ${ARG_SOURCES})
    add_library(pnd::${name} ALIAS pnd_${name})
    target_include_directories(pnd_${name} PUBLIC
        $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${ARG_INCLUDE}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(pnd_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK} $<BUILD_INTERFACE:pnd_build_flags>)
    set_target_properties(pnd_${name} PROPERTIES EXPORT_NAME ${name}
        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
    install(TARGETS pnd_${name} EXPORT panodepth)
    install(DIRECTORY ${ARG_INCLUDE}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

# pnd_tool(depth SOURCES main.c LINK pnd::kernels) makes the program pnd-depth over tools/common.
function(pnd_tool name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(pnd-${name} ${ARG_SOURCES})
    target_link_libraries(pnd-${name} PRIVATE pnd_tool_common ${ARG_LINK} pnd_build_flags)
    install(TARGETS pnd-${name})
endfunction()

# pnd_unit_test(test_png [SOURCES extra.c] LINK pnd::data [LABELS golden]) builds NAME.c with cmocka.
function(pnd_unit_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LABELS" ${ARGN})
    add_executable(${name} ${name}.c ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINK} cmocka::cmocka m pnd_build_flags)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit)
    target_compile_definitions(${name} PRIVATE PND_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data" _POSIX_C_SOURCE=200809L)
    add_test(NAME ${name} COMMAND ${name})
    if(NOT ARG_LABELS)
        set(ARG_LABELS unit)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" SKIP_RETURN_CODE 77 TIMEOUT 120)
endfunction()
