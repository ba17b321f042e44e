/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/philox.h>

#include <string.h>

/* Multipliers and key increments of the paper's table 2 and section 3.2: the increments are the
 * golden ratio and sqrt(3) - 1 in 32 bits. */
enum { ROUNDS = 10 };
static const uint32_t multiplier[2] = {0xd2511f53, 0xcd9e8d57};
static const uint32_t increment[2] = {0x9e3779b9, 0xbb67ae85};

static void one_round(uint32_t x[4], const uint32_t key[2])
{
    const uint64_t a = (uint64_t)multiplier[0] * x[0], b = (uint64_t)multiplier[1] * x[2];
    const uint32_t y[4] = {(uint32_t)(b >> 32) ^ x[1] ^ key[0], (uint32_t)b,
                           (uint32_t)(a >> 32) ^ x[3] ^ key[1], (uint32_t)a};
    memcpy(x, y, sizeof y);
}

void pnd_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t k[2] = {key[0], key[1]};
    memcpy(out, counter, 4 * sizeof *out);
    for (int i = 0; i < ROUNDS; i++) {
        one_round(out, k);
        k[0] += increment[0];
        k[1] += increment[1];
    }
}
