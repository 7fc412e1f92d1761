#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/machine/machine.h"

/* Of /proc, whose VmHWM begins anew with the program, as getrusage's figure does not. */
size_t ls_machine_peak_memory(void)
{
    char line[256];
    static const char key[] = "VmHWM:";
    unsigned long long kib = 0;
    FILE *const file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, sizeof key - 1) == 0)
            kib = strtoull(line + sizeof key - 1, NULL, 10);
    if (file)
        (void)fclose(file);
    return (size_t)kib << 10;
}
