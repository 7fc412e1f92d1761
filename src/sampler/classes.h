/* The samples of a training set by class, as the sampler asks for them: how many, and which is the
 * i-th of a class. How that is found is left open: from an index of the labels (class_index.h), or
 * computed, so that the sampler itself keeps nothing for a sample. */
#ifndef LOCKSTEP_SAMPLER_CLASSES_H
#define LOCKSTEP_SAMPLER_CLASSES_H

#include <stddef.h>
#include <stdint.h>

struct ls_classes {
    size_t len;
    const uint64_t *n; /* (len) samples of each */
    uint64_t (*sample)(const void *index, size_t class, uint64_t i);
    const void *index;
};

/** The number in the dataset of sample i < n[class] of a class.  Collective: no. */
static inline uint64_t ls_classes_sample(const struct ls_classes *classes, size_t class, uint64_t i)
{
    return classes->sample(classes->index, class, i);
}

#endif
