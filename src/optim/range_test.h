/* A range test of the learning rate: it grows from step to step by a factor, and the loss tells
 * from where on it falls and where it explodes.
 * Source: Smith, "Cyclical learning rates for training neural networks", 2017. */
#ifndef LOCKSTEP_OPTIM_RANGE_TEST_H
#define LOCKSTEP_OPTIM_RANGE_TEST_H

#include <stdbool.h>
#include <stddef.h>

struct ls_range_test {
    double from, to;
    size_t steps;               /* at most */
    size_t n;                   /* taken */
    double *lr, *loss, *smooth; /* (steps) smooth: the loss, averaged over the steps before */
    double average;             /* private */
};

/** The learning rate of step i.  Collective: no. */
double ls_range_test_lr(const struct ls_range_test *test, size_t i);

/** Takes the loss of the next step; false when it has exploded: not finite, or the smooth one four
 *  times its least.  Collective: no. */
bool ls_range_test_add(struct ls_range_test *test, double loss);

/** The step where the smooth loss is least, and the one before it where it falls fastest over the
 *  logarithm of the rate: a good place to begin with. n - 1 and 0 where nothing was learned.
 *  Collective: no. */
size_t ls_range_test_least(const struct ls_range_test *test);
size_t ls_range_test_steepest(const struct ls_range_test *test);

#endif
