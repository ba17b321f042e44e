/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/philox.h
 * Random numbers that are a function of their position: Philox4x32-10 of Salmon et al., "Parallel
 * Random Numbers: As Easy as 1, 2, 3", SC 2011.
 *
 * There is no state to hand from one draw to the next, so draw number i is the same whichever
 * thread asks for it and whatever was drawn before.
 */
#ifndef PANODEPTH_PHILOX_H
#define PANODEPTH_PHILOX_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Four independent uniform 32-bit numbers for a counter and a key. */
PND_API void pnd_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

#ifdef __cplusplus
}
#endif

#endif
