# cuDNN 9 and cuBLASLt, for the network on CUDA: their headers to compile against, and the paths of their libraries, which
# the program loads when a network is opened (kernels/src/cuda/net_libs.h). Looked for beside the CUDA toolkit, and under
# CUDNN_ROOT, which may be a prefix or the nvidia/cudnn folder of a Python package:
#     -DCUDNN_ROOT=$(python3 -c "import nvidia.cudnn as m; print(m.__path__[0])")
# Sets cuDNN_FOUND, cuDNN_INCLUDE_DIRS, cuDNN_LIBRARY, cuBLASLt_LIBRARY.
set(CUDNN_ROOT "" CACHE PATH "Prefix of cuDNN, when it is not beside the CUDA toolkit")

# Python packages keep each library in a folder of its own, or all of a CUDA release in one.
set(cudnn_roots ${CUDNN_ROOT} $ENV{CUDNN_ROOT})
set(cublaslt_roots "")
foreach(root IN LISTS cudnn_roots)
    get_filename_component(parent ${root} DIRECTORY)
    list(APPEND cublaslt_roots ${root} ${parent}/cublas ${parent}/cu${CUDAToolkit_VERSION_MAJOR})
endforeach()

find_path(cuDNN_INCLUDE_DIR cudnn_version.h HINTS ${cudnn_roots} ${CUDAToolkit_INCLUDE_DIRS} PATH_SUFFIXES include)
find_library(cuDNN_LIBRARY NAMES cudnn libcudnn.so.9 NAMES_PER_DIR HINTS ${cudnn_roots} ${CUDAToolkit_LIBRARY_DIR} PATH_SUFFIXES lib lib64)
find_path(cuBLASLt_INCLUDE_DIR cublasLt.h HINTS ${CUDAToolkit_INCLUDE_DIRS} ${cublaslt_roots} PATH_SUFFIXES include)
find_library(cuBLASLt_LIBRARY NAMES cublasLt libcublasLt.so.${CUDAToolkit_VERSION_MAJOR} NAMES_PER_DIR
    HINTS ${CUDAToolkit_LIBRARY_DIR} ${cublaslt_roots} PATH_SUFFIXES lib lib64)
mark_as_advanced(cuDNN_INCLUDE_DIR cuDNN_LIBRARY cuBLASLt_INCLUDE_DIR cuBLASLt_LIBRARY)

if(cuDNN_INCLUDE_DIR)
    file(STRINGS ${cuDNN_INCLUDE_DIR}/cudnn_version.h lines REGEX "#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) ")
    string(REGEX REPLACE "[^0-9;]" "" lines "${lines}")
    list(JOIN lines "." cuDNN_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(cuDNN
    REQUIRED_VARS cuDNN_LIBRARY cuDNN_INCLUDE_DIR cuBLASLt_LIBRARY cuBLASLt_INCLUDE_DIR
    VERSION_VAR cuDNN_VERSION)
if(cuDNN_FOUND)
    set(cuDNN_INCLUDE_DIRS ${cuDNN_INCLUDE_DIR} ${cuBLASLt_INCLUDE_DIR})
    list(REMOVE_DUPLICATES cuDNN_INCLUDE_DIRS)
endif()
