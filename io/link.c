#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "io/cause.h"
#include "io/checkpoint.h"
#include "io/outfile.h"

ls_status ls_link_move(const char *link, const char *target)
{
    const size_t folder = ls_folder_len(link), bytes = strlen(link) + sizeof "..tmp";
    char *temp = ls_alloc(bytes, 1);
    if (!temp)
        return LS_OTHER;
    (void)snprintf(temp, bytes, "%.*s.%s.tmp", (int)folder, link, link + folder);
    (void)unlink(temp); /* of a run that was killed here */
    ls_status status = LS_OK;
    if (symlink(target, temp) != 0 || rename(temp, link) != 0) {
        status = ls_fail(LS_DATA, "cannot point %s at %s: %s", link, target, ls_cause_errno(errno));
        (void)unlink(temp);
    } else {
        (void)ls_folder_sync(link);
    }
    ls_free(temp);
    return status;
}
