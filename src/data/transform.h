/* From a sample as it is in the file to what the model sees: augmented, normalised, channels
 * last. Augmentation draws are keyed by seed, occasion and sample number, so they do not depend on
 * which rank holds the sample. Padding by `crop` is zero in the units of the file, or the mean of
 * the sample's channel where each sample is normalised by its own figures. */
#ifndef LOCKSTEP_DATA_TRANSFORM_H
#define LOCKSTEP_DATA_TRANSFORM_H

#include <stdint.h>

#include "src/base/dims.h"
#include "src/base/real.h"

struct ls_augment {
    bool flip;       /* left and right, or the direction of a 1-D signal, for half the samples */
    size_t crop_pad; /* 0: no cropping; else pad on all sides and cut out the old size */
};

struct ls_transform {
    struct ls_shape shape;
    struct ls_augment augment;
    const float *mean, *std; /* (C), NULL: not normalised by figures of the dataset */
    bool own;                /* each channel of a sample by its own mean and deviation */
    uint64_t seed;
};

/** One sample.
 *  in   (C, H, W)  as read
 *  out  (H, W, C)  overwritten
 *  training  false: no augmentation
 *  occasion  what tells the draws of one sample apart, below 2^56: the epoch where each sample
 *            comes once in it
 *  Collective: no.  Errors: none. */
void ls_transform(const struct ls_transform *transform, bool training, uint64_t occasion,
                  uint64_t sample, const float *restrict in, real *restrict out);

#endif
