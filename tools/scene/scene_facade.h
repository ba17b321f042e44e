/* SPDX-License-Identifier: Apache-2.0 */
/* House fronts: windows, doors, shops, cornices; and roofs. */
#ifndef SCENE_FACADE_H
#define SCENE_FACADE_H

#include "scene_texture.h"

scene_look scene_facade_look(const scene_spot *spot);
scene_look scene_roof_look(const scene_spot *spot);

#endif
