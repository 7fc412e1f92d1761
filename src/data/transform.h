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

/* What is done to the inputs in training, after all else and before the model sees them. */
struct ls_corruption {
    double normal; /* deviation of noise that is added */
    double mask;   /* share of values that are set to 0 */
};

struct ls_transform {
    struct ls_shape shape;
    struct ls_augment augment;
    struct ls_corruption corruption;
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

/** Whether ls_corrupt changes anything.  Collective: no. */
bool ls_corrupts(const struct ls_transform *transform);

/** Noise or masking of one sample x (H, W, C), in place; draws are keyed by seed, occasion, sample
 *  and element.  Collective: no.  Errors: none. */
void ls_corrupt(const struct ls_transform *transform, uint64_t occasion, uint64_t sample,
                real *restrict x);

/** A sample as the model sees it in the order of files: x (H, W, C), to (C, H, W), overwritten.
 *  Collective: no.  Errors: none. */
void ls_transform_to_file(struct ls_shape shape, const real *restrict x, real *restrict to);

#endif
