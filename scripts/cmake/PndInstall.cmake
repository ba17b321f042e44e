# find_package(panodepth) and pkg-config.
include(CMakePackageConfigHelpers)
set(pnd_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/panodepth)

install(EXPORT panodepth NAMESPACE pnd:: FILE panodepth-targets.cmake DESTINATION ${pnd_package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/panodepth-config.cmake.in
    ${PROJECT_BINARY_DIR}/panodepth-config.cmake INSTALL_DESTINATION ${pnd_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/panodepth-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/panodepth-config.cmake ${PROJECT_BINARY_DIR}/panodepth-config-version.cmake
    DESTINATION ${pnd_package_dir})

# One .pc per library. REQUIRES are other packages' .pc files, needed by static consumers only.
function(pnd_pkgconfig name description requires requires_private libs_private)
    set(pc_name panodepth-${name})
    set(pc_description ${description})
    set(pc_requires ${requires})
    set(pc_requires_private ${requires_private})
    set(pc_libs_private ${libs_private})
    set(pc_library pnd_${name})
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/panodepth.pc.in ${PROJECT_BINARY_DIR}/${pc_name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${pc_name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

set(pnd_openmp_flag "")
if(PND_OPENMP)
    set(pnd_openmp_flag ${OpenMP_C_FLAGS})
endif()
set(pnd_cuda_libs "")
if(pnd_with_cuda)
    set(pnd_cuda_libs "-L${CUDAToolkit_LIBRARY_DIR} -lcudart -lstdc++")
endif()
pnd_pkgconfig(base "Status, errors, images and numbers of panodepth" "" "" "-lm")
pnd_pkgconfig(data "Cityscapes, PNG, JSON and depth files" panodepth-base "libpng zlib libcjson nettle" "-lm")
pnd_pkgconfig(eval "Panoptic and depth scores" panodepth-base "" "-lm ${pnd_openmp_flag}")
pnd_pkgconfig(kernels "Per-pixel operators on CPU and CUDA" panodepth-base "" "-lm ${pnd_openmp_flag} ${pnd_cuda_libs}")
