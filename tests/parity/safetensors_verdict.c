/* SPDX-License-Identifier: Apache-2.0 */
/* What our reader says of each file, one line: "ok NAME DTYPE SHAPE SHA256 ..." or "bad MESSAGE".
 */
#include <panodepth/file.h>
#include <panodepth/safetensors.h>

#include <inttypes.h>
#include <stdio.h>

static void print_tensor(const pnd_safetensor *t)
{
    char digest[PND_SHA256_TEXT_SIZE];
    pnd_sha256(digest, t->data, t->size);
    (void)printf(" %s %s (", t->name, pnd_dtype_name(t->dtype));
    for (int32_t i = 0; i < t->rank; i++)
        (void)printf("%s%" PRId64, i > 0 ? "," : "", t->shape[i]);
    (void)printf(") %s", digest);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        pnd_safetensors *file = NULL;
        pnd_error err = {0};
        if (pnd_safetensors_open(&file, argv[i], &err) != PND_OK) {
            (void)printf("bad %s\n", err.message);
            continue;
        }
        (void)printf("ok");
        for (size_t k = 0; k < pnd_safetensors_count(file); k++)
            print_tensor(pnd_safetensors_at(file, k));
        (void)printf("\n");
        pnd_safetensors_close(file);
    }
    return 0;
}
