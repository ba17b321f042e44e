/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuDNN has an engine for every kind of convolution of the network, asked without a GPU: since 9.8
 * it plans for the properties of a device that is described to it. The descriptions are those of an
 * H200 and an A100. Of cuBLASLt it checks that it takes what a product is described with. What a
 * plan computes, and how fast, needs the device (net_ops_cuda).
 */
#include "../../kernels/src/cuda/net_cublas.h"
#include "../../kernels/src/cuda/net_cudnn.h"

#include <stdio.h>
#include <string.h>

enum { SKIPPED = 77 };

#define COMMON                                                                                     \
    "\"maxGridSize\":[2147483647,65535,65535],\"maxBlockSize\":[1024,1024,64],"                    \
    "\"regsPerBlock\":65536,\"warpSize\":32,\"maxSharedMemoryPerBlock\":49152,"                    \
    "\"reservedSharedMemoryPerBlock\":1024,\"maxRegistersPerSM\":65536,\"maxCtasPerSM\":32,"       \
    "\"maxThreadsPerBlock\":1024,\"maxThreadsPerSM\":2048,\"pciDeviceId\":0,\"isTccDriver\":0,"    \
    "\"supportCoopLaunch\":1,\"cudaDeviceId\":0,\"driverVer\":13000,"

static const char h200[] =
    "{" COMMON "\"multiProcessorCount\":132,\"maxSharedMemoryPerBlockOptin\":232448,"
    "\"smClockRateKHz\":1980000,\"memClockRateKHz\":3201000,\"l2CacheSize\":62914560,"
    "\"deviceName\":\"NVIDIA H200\",\"deviceVer\":900,\"totalGlobalMem\":150000000000}";
static const char a100[] =
    "{" COMMON "\"multiProcessorCount\":108,\"maxSharedMemoryPerBlockOptin\":166912,"
    "\"smClockRateKHz\":1410000,\"memClockRateKHz\":1215000,\"l2CacheSize\":41943040,"
    "\"deviceName\":\"NVIDIA A100-SXM4-40GB\",\"deviceVer\":800,\"totalGlobalMem\":40000000000}";

/* A convolution of the network: its maps at 1024 x 2048, or in the 1/8 width network. */
typedef struct conv_case {
    const char *name;
    int32_t images, in, height, width, out, kernel, stride, dilation;
    int32_t in_pitch, out_pitch; /* 0: packed */
    int32_t relu, residual;
} conv_case;

static const conv_case cases[] = {
    {"stem.conv2", 1, 64, 512, 1024, 64, 3, 1, 1, 0, 0, 1, 0},
    {"stem.conv3, 4 images", 4, 64, 512, 1024, 128, 3, 1, 1, 0, 0, 1, 0},
    {"res3.0.conv2", 1, 128, 256, 512, 128, 3, 2, 1, 0, 0, 1, 0},
    {"res3.0.shortcut", 1, 256, 256, 512, 512, 1, 2, 1, 0, 0, 0, 0},
    {"res5.2.conv2", 1, 512, 64, 128, 512, 3, 1, 8, 0, 0, 1, 0},
    {"ASPP, a slice", 1, 2048, 64, 128, 256, 3, 1, 18, 0, 1280, 1, 0},
    {"decoder.res2.fuse_conv.0", 1, 288, 256, 512, 256, 3, 1, 1, 0, 0, 1, 0},
    {"center_head.1", 1, 128, 256, 512, 32, 3, 1, 1, 0, 0, 1, 0},
    {"slim res3.0.conv2", 1, 16, 16, 32, 16, 3, 2, 1, 0, 0, 1, 0},
    {"slim fuse_conv.0", 1, 36, 16, 32, 32, 3, 1, 1, 0, 0, 1, 0},
    {"slim center_head.1", 1, 16, 16, 32, 4, 3, 1, 1, 0, 0, 1, 0},
    {"1x1 with a residual", 1, 64, 33, 17, 256, 1, 1, 1, 0, 0, 1, 1},
    {"odd sizes, a slice to a slice", 2, 8, 17, 31, 8, 3, 1, 2, 24, 40, 1, 0},
};

static int32_t out_size(int32_t in, int32_t stride)
{
    return (in + stride - 1) / stride;
}

static int test_case(net_device *device, const char *gpu, const conv_case *c,
                     pnd_precision precision)
{
    const int32_t element = precision == PND_PRECISION_F32 ? 4 : 2;
    net_conv_shape shape;
    net_cudnn_plan plan;
    pnd_error error = {0};
    memset(&shape, 0, sizeof shape);
    shape.images = c->images;
    shape.in_channels = c->in;
    shape.in_height = c->height;
    shape.in_width = c->width;
    shape.in_pitch = c->in_pitch != 0 ? c->in_pitch : c->in;
    shape.out_channels = c->out;
    shape.out_height = out_size(c->height, c->stride);
    shape.out_width = out_size(c->width, c->stride);
    shape.out_pitch = c->out_pitch != 0 ? c->out_pitch : c->out;
    shape.kernel = c->kernel;
    shape.stride = c->stride;
    shape.dilation = c->dilation;
    shape.in_alignment = 16;
    shape.out_alignment = c->out % 8 == 0 ? 16 : 4 * element;
    shape.precision = (int32_t)precision;
    shape.relu = c->relu;
    shape.residual = c->residual;
    const pnd_status status = net_cudnn_plan_make(&plan, device, &shape, NULL, &error);
    printf("%s, %s, %s: %s\n", gpu, c->name, pnd_precision_name(precision),
           status == PND_OK ? "OK" : error.message);
    net_cudnn_plan_clear(&plan, &device->libs);
    return status == PND_OK ? 0 : 1;
}

static cudnnBackendDescriptor_t describe(const net_libs *libs, const char *json)
{
    cudnnBackendDescriptor_t d = NULL;
#if CUDNN_VERSION >= 90800
    if (libs->cudnnGetVersion() < 90800 ||
        libs->cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &d) !=
            CUDNN_STATUS_SUCCESS)
        return NULL;
    if (libs->cudnnBackendSetAttribute(d, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION,
                                       CUDNN_TYPE_CHAR, (int64_t)strlen(json),
                                       json) == CUDNN_STATUS_SUCCESS &&
        libs->cudnnBackendFinalize(d) == CUDNN_STATUS_SUCCESS)
        return d;
    (void)libs->cudnnBackendDestroyDescriptor(d);
#else
    (void)libs;
    (void)json;
#endif
    return NULL;
}

static int test_gpu(net_device *device, const char *gpu, const char *json)
{
    static const pnd_precision precisions[] = {PND_PRECISION_F16, PND_PRECISION_BF16,
                                               PND_PRECISION_F32};
    int failures = 0;
    device->properties = describe(&device->libs, json);
    if (device->properties == NULL)
        return -1;
    for (size_t i = 0; i < sizeof precisions / sizeof *precisions; i++)
        for (size_t j = 0; j < sizeof cases / sizeof *cases; j++)
            failures += test_case(device, gpu, &cases[j], precisions[i]);
    (void)device->libs.cudnnBackendDestroyDescriptor(device->properties);
    return failures;
}

/* cuBLASLt wants a device for its handle; without one it takes the description of a product, all of
 * it, and stops there. */
static int test_product(net_device *device, pnd_precision precision)
{
    net_gemm_shape shape;
    net_gemm_plan plan;
    pnd_error error = {0};
    memset(&shape, 0, sizeof shape);
    shape.pixels = 8192;
    shape.in_channels = shape.in_pitch = 2048;
    shape.out_channels = 256;
    shape.out_pitch = 1280;
    shape.in_alignment = 256;
    shape.out_alignment = 16;
    shape.precision = (int32_t)precision;
    shape.relu = shape.residual = 1;
    const pnd_status status = net_gemm_plan_make(&plan, device, &shape, NULL, &error);
    const bool ok = status == PND_EUNSUPPORTED &&
                    strstr(error.message, "CUBLAS_STATUS_NOT_INITIALIZED") != NULL;
    printf("a product into a slice, %s: %s\n", pnd_precision_name(precision),
           ok ? "OK" : error.message);
    return ok ? 0 : 1;
}

int main(void)
{
    net_device device = {.workspace_size = (size_t)256 << 20};
    pnd_error error = {0};
    if (net_libs_load(&device.libs, &error) != PND_OK) {
        printf("SKIPPED: %s\n", error.message);
        return SKIPPED;
    }
    const int products = test_product(&device, PND_PRECISION_F16) +
                         test_product(&device, PND_PRECISION_BF16) +
                         test_product(&device, PND_PRECISION_F32);
    const int hopper = test_gpu(&device, "H200", h200);
    const int ampere = hopper >= 0 ? test_gpu(&device, "A100", a100) : -1;
    if (hopper < 0 || ampere < 0) {
        printf("SKIPPED: cuDNN %zu does not take a description of a device\n",
               device.libs.cudnnGetVersion());
        return SKIPPED;
    }
    return products + hopper + ampere == 0 ? 0 : 1;
}
