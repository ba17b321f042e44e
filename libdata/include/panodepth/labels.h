/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/labels.h
 * The 35 Cityscapes labels (cityscapesscripts/helpers/labels.py), and the instance id encoding.
 *
 * In an instanceIds image a value below 1000 is a class id (a stuff region, or a group of things),
 * any other is class id * 1000 + instance number.
 */
#ifndef PANODEPTH_LABELS_H
#define PANODEPTH_LABELS_H

#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PND_N_LABELS = 35, PND_MAX_LABEL_ID = 33, PND_N_TRAIN_IDS = 19 };

typedef struct pnd_label {
    const char *name;
    int32_t id;           /**< -1 (license plate) to 33 */
    int32_t train_id;     /**< 0..18 for the evaluated classes, 255 ignored, -1 license plate */
    const char *category; /**< "void", "flat", "construction" ... */
    int32_t category_id;
    bool has_instances;
    bool ignore_in_eval;
    uint8_t color[3];
} pnd_label;

/** All labels in the official order (unlabeled first, license plate last). Borrowed, static. */
PND_API const pnd_label *pnd_labels(void);

/** The label with that id or evaluated trainId (0..18); NULL when there is none. Borrowed, static.
 */
PND_API const pnd_label *pnd_label_by_id(int32_t id);
PND_API const pnd_label *pnd_label_by_train_id(int32_t train_id);

/** Class id of an instanceIds value: v < 1000 ? v : v / 1000. */
static inline int32_t pnd_instance_class(uint32_t value)
{
    return (int32_t)(value < 1000 ? value : value / 1000);
}

/** 65536 entries: instanceIds value -> labelTrainIds value (8 bit) and instanceTrainIds value (16
 * bit), as csCreateTrainIdLabelImgs and csCreateTrainIdInstanceImgs write them (panoptic.md a.6). A
 * value whose class is no label maps to 255 and `known[v]` is false: report it, do not write it. */
typedef struct pnd_train_id_lut {
    uint8_t label[65536];
    uint16_t instance[65536];
    bool known[65536];
} pnd_train_id_lut;

PND_API void pnd_train_id_lut_init(pnd_train_id_lut *lut);

#ifdef __cplusplus
}
#endif

#endif
