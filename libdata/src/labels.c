/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/labels.h>

#define THING     true
#define STUFF     false
#define IGNORED   true
#define EVALUATED false

/* name, id, trainId, category, category id, has instances, ignored in evaluation, colour */
static const pnd_label labels[PND_N_LABELS] = {
    {"unlabeled", 0, 255, "void", 0, STUFF, IGNORED, {0, 0, 0}},
    {"ego vehicle", 1, 255, "void", 0, STUFF, IGNORED, {0, 0, 0}},
    {"rectification border", 2, 255, "void", 0, STUFF, IGNORED, {0, 0, 0}},
    {"out of roi", 3, 255, "void", 0, STUFF, IGNORED, {0, 0, 0}},
    {"static", 4, 255, "void", 0, STUFF, IGNORED, {0, 0, 0}},
    {"dynamic", 5, 255, "void", 0, STUFF, IGNORED, {111, 74, 0}},
    {"ground", 6, 255, "void", 0, STUFF, IGNORED, {81, 0, 81}},
    {"road", 7, 0, "flat", 1, STUFF, EVALUATED, {128, 64, 128}},
    {"sidewalk", 8, 1, "flat", 1, STUFF, EVALUATED, {244, 35, 232}},
    {"parking", 9, 255, "flat", 1, STUFF, IGNORED, {250, 170, 160}},
    {"rail track", 10, 255, "flat", 1, STUFF, IGNORED, {230, 150, 140}},
    {"building", 11, 2, "construction", 2, STUFF, EVALUATED, {70, 70, 70}},
    {"wall", 12, 3, "construction", 2, STUFF, EVALUATED, {102, 102, 156}},
    {"fence", 13, 4, "construction", 2, STUFF, EVALUATED, {190, 153, 153}},
    {"guard rail", 14, 255, "construction", 2, STUFF, IGNORED, {180, 165, 180}},
    {"bridge", 15, 255, "construction", 2, STUFF, IGNORED, {150, 100, 100}},
    {"tunnel", 16, 255, "construction", 2, STUFF, IGNORED, {150, 120, 90}},
    {"pole", 17, 5, "object", 3, STUFF, EVALUATED, {153, 153, 153}},
    {"polegroup", 18, 255, "object", 3, STUFF, IGNORED, {153, 153, 153}},
    {"traffic light", 19, 6, "object", 3, STUFF, EVALUATED, {250, 170, 30}},
    {"traffic sign", 20, 7, "object", 3, STUFF, EVALUATED, {220, 220, 0}},
    {"vegetation", 21, 8, "nature", 4, STUFF, EVALUATED, {107, 142, 35}},
    {"terrain", 22, 9, "nature", 4, STUFF, EVALUATED, {152, 251, 152}},
    {"sky", 23, 10, "sky", 5, STUFF, EVALUATED, {70, 130, 180}},
    {"person", 24, 11, "human", 6, THING, EVALUATED, {220, 20, 60}},
    {"rider", 25, 12, "human", 6, THING, EVALUATED, {255, 0, 0}},
    {"car", 26, 13, "vehicle", 7, THING, EVALUATED, {0, 0, 142}},
    {"truck", 27, 14, "vehicle", 7, THING, EVALUATED, {0, 0, 70}},
    {"bus", 28, 15, "vehicle", 7, THING, EVALUATED, {0, 60, 100}},
    {"caravan", 29, 255, "vehicle", 7, THING, IGNORED, {0, 0, 90}},
    {"trailer", 30, 255, "vehicle", 7, THING, IGNORED, {0, 0, 110}},
    {"train", 31, 16, "vehicle", 7, THING, EVALUATED, {0, 80, 100}},
    {"motorcycle", 32, 17, "vehicle", 7, THING, EVALUATED, {0, 0, 230}},
    {"bicycle", 33, 18, "vehicle", 7, THING, EVALUATED, {119, 11, 32}},
    {"license plate", -1, -1, "vehicle", 7, STUFF, IGNORED, {0, 0, 142}},
};

const pnd_label *pnd_labels(void)
{
    return labels;
}

const pnd_label *pnd_label_by_id(int32_t id)
{
    if (id == -1)
        return &labels[PND_N_LABELS - 1];
    return id >= 0 && id <= PND_MAX_LABEL_ID ? &labels[id] : NULL;
}

const pnd_label *pnd_label_by_train_id(int32_t train_id)
{
    if (train_id < 0 || train_id >= PND_N_TRAIN_IDS)
        return NULL;
    const pnd_label *label = labels;
    while (label->train_id != train_id)
        label++;
    return label;
}

void pnd_train_id_lut_init(pnd_train_id_lut *lut)
{
    enum { IGNORE_LABEL = 255 };
    for (uint32_t value = 0; value < 65536; value++) {
        const pnd_label *label = pnd_label_by_id(pnd_instance_class(value));
        const uint32_t train_id = label != NULL ? (uint32_t)label->train_id : IGNORE_LABEL;
        const bool numbered = value >= 1000 && train_id != IGNORE_LABEL;
        lut->known[value] = label != NULL;
        lut->label[value] = (uint8_t)train_id;
        lut->instance[value] = (uint16_t)(numbered ? train_id * 1000 + value % 1000 : train_id);
    }
}
