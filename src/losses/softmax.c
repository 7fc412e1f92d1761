#include "src/losses/softmax.h"

struct ls_softmax ls_softmax(size_t k, const real *restrict z)
{
    size_t top = 0;
    for (size_t c = 1; c < k; c++)
        if (z[c] > z[top])
            top = c;
    const double max = (double)z[top];
    double others = 0;
    for (size_t c = 0; c < k; c++)
        if (c != top)
            others += exp((double)z[c] - max);
    return (struct ls_softmax){.max = max, .log_sum = log1p(others)};
}
