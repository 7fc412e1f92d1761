#include "src/optim/range_test.h"

#include <math.h>

static const double memory = 0.8; /* of the average */
static const double exploded = 4; /* times the least loss */

static const double least_fall = 0.01; /* of the first loss: below, nothing was learned */

enum { REACH = 3 }; /* steps on either side that a slope is taken over */

double ls_range_test_lr(const struct ls_range_test *test, size_t i)
{
    const double share = test->steps > 1 ? (double)i / (double)(test->steps - 1) : 0;
    return test->from * pow(test->to / test->from, share);
}

bool ls_range_test_add(struct ls_range_test *test, double loss)
{
    const size_t i = test->n;
    if (!isfinite(loss))
        return false;
    test->lr[i] = ls_range_test_lr(test, i);
    test->loss[i] = loss;
    test->average = memory * test->average + (1 - memory) * loss;
    test->smooth[i] = test->average / (1 - pow(memory, (double)i + 1));
    test->n++;
    return test->smooth[i] <= exploded * test->smooth[ls_range_test_least(test)];
}

size_t ls_range_test_least(const struct ls_range_test *test)
{
    size_t least = 0;
    for (size_t i = 0; i < test->n; i++)
        least = test->smooth[i] < test->smooth[least] ? i : least;
    return least;
}

size_t ls_range_test_steepest(const struct ls_range_test *test)
{
    const size_t least = ls_range_test_least(test);
    size_t best = 0;
    double slope = 0;
    if (test->n == 0 || !(test->smooth[least] < (1 - least_fall) * test->smooth[0]))
        return 0;
    for (size_t i = REACH; i + REACH <= least; i++) {
        const double here = test->smooth[i + REACH] - test->smooth[i - REACH];
        if (here >= slope)
            continue;
        slope = here;
        best = i;
    }
    return best;
}
