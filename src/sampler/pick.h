/* One row of a global batch, as it is planned and before it is read. */
#ifndef LOCKSTEP_SAMPLER_PICK_H
#define LOCKSTEP_SAMPLER_PICK_H

#include <stdbool.h>
#include <stdint.h>

struct ls_pick {
    uint64_t sample;   /* number in the dataset */
    uint64_t occasion; /* tells the draws of one sample apart, for augmentation */
    uint32_t class;    /* or group */
    float loss;        /* remembered; within a class a larger one is dealt first */
    bool hard;         /* drawn as a hard example */
};

#endif
