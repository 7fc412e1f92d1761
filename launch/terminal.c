#include "launch/terminal.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COLUMNS = 140, MAX_BAR = 40, MIN_BAR = 5, N_PARTS = 6, PART = 64, DEFAULT_COLUMNS = 80 };

/* "3120" to "3,120" */
static void group(double value, char *text)
{
    char digits[32];
    const int len = snprintf(digits, sizeof digits, "%.0f", fmin(value, 1e15));
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *text++ = ',';
        *text++ = digits[i];
    }
    *text = '\0';
}

static void clock_text(double seconds, char *text)
{
    const unsigned long s = (unsigned long)fmin(seconds, 1e9);
    if (s < 3600)
        (void)snprintf(text, PART, "%lu:%02lu left", s / 60, s % 60);
    else
        (void)snprintf(text, PART, "%lu:%02lu:%02lu left", s / 3600, s / 60 % 60, s % 60);
}

static size_t percent(const struct ls_progress_state *state)
{
    return state->steps ? (size_t)(100 * (double)state->step / (double)state->steps) : 0;
}

/* The numbers, most important first; [0] stands before the bar. */
static void write_parts(const struct ls_progress_state *state, char parts[N_PARTS][PART])
{
    memset(parts, 0, (size_t)N_PARTS * PART);
    if (state->epochs)
        (void)snprintf(parts[0], PART, "epoch %llu/%llu", (unsigned long long)state->epoch,
                       (unsigned long long)state->epochs);
    else
        (void)snprintf(parts[0], PART, "epoch %llu", (unsigned long long)state->epoch);
    (void)snprintf(parts[1], PART, "%zu%%", percent(state));
    if (!isnan(state->loss))
        (void)snprintf(parts[2], PART, "loss %.4g", state->loss);
    if (state->metric_name)
        (void)snprintf(parts[3], PART, "%.32s %.3f", state->metric_name, state->metric);
    if (state->samples_per_s > 0) {
        char grouped[48];
        group(state->samples_per_s, grouped);
        (void)snprintf(parts[4], PART, "%s samples/s", grouped);
    }
    if (state->left_s >= 0)
        clock_text(state->left_s, parts[5]);
}

/* One column wide each, three bytes. */
static size_t draw_bar(const struct ls_progress_state *state, size_t width, char *text)
{
    size_t used = 1;
    const size_t full = width * percent(state) / 100;
    text[0] = ' ';
    for (size_t i = 0; i < width; i++) {
        const char *piece = i < full ? "━" : i == full ? "╺" : "─";
        memcpy(text + used, piece, strlen(piece));
        used += strlen(piece);
    }
    return used;
}

void ls_progress_format(const struct ls_progress_state *state, size_t columns, bool bar, char *text)
{
    char parts[N_PARTS][PART];
    write_parts(state, parts);
    if (columns > MAX_COLUMNS)
        columns = MAX_COLUMNS;
    size_t width = strlen(parts[0]), n_parts = 1, used = 0;
    while (n_parts < N_PARTS && (!parts[n_parts][0] || width + strlen(parts[n_parts]) < columns)) {
        width += parts[n_parts][0] ? 1 + strlen(parts[n_parts]) : 0;
        n_parts++;
    }
    used = (size_t)snprintf(text, LS_PROGRESS_TEXT, "%.*s", (int)columns, parts[0]);
    const size_t room = columns > width + 1 ? columns - width - 1 : 0;
    if (bar && room >= MIN_BAR)
        used += draw_bar(state, room < MAX_BAR ? room : MAX_BAR, text + used);
    text[used] = '\0';
    for (size_t i = 1; i < n_parts; i++)
        if (parts[i][0])
            used += (size_t)snprintf(text + used, LS_PROGRESS_TEXT - used, " %s", parts[i]);
}

static double now_s(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static size_t columns_of(FILE *file)
{
    struct winsize size;
    if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return DEFAULT_COLUMNS;
    return size.ws_col;
}

/* Under mpirun a rank writes into a pipe; whether a person watches is told by mpirun's own
 * stderr. NULL when that is no terminal, or mpirun is not the parent. */
static FILE *terminal_of_mpirun(void)
{
    char link[64], path[128];
    if (!getenv("OMPI_COMM_WORLD_RANK"))
        return NULL;
    (void)snprintf(link, sizeof link, "/proc/%ld/fd/2", (long)getppid());
    const ssize_t len = readlink(link, path, sizeof path - 1);
    path[len > 0 ? len : 0] = '\0';
    if (strncmp(path, "/dev/pts/", 9) != 0 && strncmp(path, "/dev/tty", 8) != 0)
        return NULL;
    FILE *const file = fopen(path, "w");
    if (file && isatty(fileno(file)) == 1) {
        (void)signal(SIGTTOU, SIG_IGN); /* a rank is in the background of that terminal */
        return file;
    }
    if (file)
        (void)fclose(file);
    return NULL;
}

void ls_progress_init(struct ls_progress *progress, FILE *file)
{
    *progress = (struct ls_progress){
        .file = file, .is_terminal = isatty(fileno(file)) == 1, .last_s = -(double)INFINITY};
    if (progress->is_terminal || file != stderr)
        return;
    progress->opened = terminal_of_mpirun();
    if (progress->opened) {
        progress->file = progress->opened;
        progress->is_terminal = true;
    }
}

void ls_progress_release(struct ls_progress *progress)
{
    if (!progress->file)
        return;
    ls_progress_finish(progress);
    if (progress->opened)
        (void)fclose(progress->opened);
    *progress = (struct ls_progress){0};
}

void ls_progress_update(struct ls_progress *progress, const struct ls_progress_state *state)
{
    char text[LS_PROGRESS_TEXT];
    const double now = now_s(), pause = progress->is_terminal ? 0.1 : 10;
    const bool full = progress->is_terminal && state->step == state->steps;
    if (now - progress->last_s < pause && !full)
        return;
    progress->last_s = now;
    if (!progress->is_terminal) {
        ls_progress_format(state, MAX_COLUMNS, false, text);
        (void)fprintf(progress->file, "%s\n", text);
    } else {
        /* one column is left free: a full line would make some terminals wrap */
        ls_progress_format(state, columns_of(progress->file) - 1, true, text);
        (void)fprintf(progress->file, "\r%s\033[K", text);
        progress->is_drawn = true;
    }
    (void)fflush(progress->file);
}

void ls_progress_finish(struct ls_progress *progress)
{
    if (progress->is_drawn)
        (void)fputs("\r\033[K", progress->file);
    progress->is_drawn = false;
    (void)fflush(progress->file);
}
