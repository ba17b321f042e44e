/* SPDX-License-Identifier: Apache-2.0 */
#include "semantic_classes.h"

#include <panodepth/labels.h>

/* Average pixels of an instance in the Cityscapes training set: args.avgClassSize of
 * cityscapesScripts' evalPixelLevelSemanticLabeling.py. */
static double average_size(int32_t id)
{
    switch (id) {
    case 24: /* person */
        return 3462.4756337644;
    case 25: /* rider */
        return 3930.4788056518;
    case 26: /* car */
        return 12794.0202738185;
    case 27: /* truck */
        return 27855.1264367816;
    case 28: /* bus */
        return 35732.1511111111;
    case 29: /* caravan */
        return 36771.8241758242;
    case 30: /* trailer */
        return 16926.9763313609;
    case 31: /* train */
        return 67583.7075812274;
    case 32: /* motorcycle */
        return 6298.7200839748;
    case 33: /* bicycle */
        return 4672.3249222261;
    default:
        return 0;
    }
}

void semantic_classes_init(semantic_classes *out)
{
    for (int32_t id = 0; id < SEMANTIC_N_CLASSES; id++) {
        const pnd_label *const label = pnd_label_by_id(id);
        out->rows[id] = (pnd_semantic_class){
            .category = label->category_id,
            .is_ignored = label->ignore_in_eval,
            .has_instances = label->has_instances,
            .average_size = average_size(id),
        };
        out->names[id] = label->name;
        out->category_names[label->category_id] = label->category;
    }
    out->table = (pnd_semantic_table){out->rows, SEMANTIC_N_CLASSES, SEMANTIC_N_CATEGORIES};
}
