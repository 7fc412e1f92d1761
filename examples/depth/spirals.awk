# Two spirals, 1,200 points of each, as CSV: x, y, class.
BEGIN {
    srand(1)
    for (i = 0; i < 2400; i++) {
        c = i % 2
        t = 0.5 + 3 * 3.14159265 * rand()
        printf "%.5f,%.5f,%d\n", t / 6 * cos(t + c * 3.14159265) + 0.05 * (rand() - 0.5),
            t / 6 * sin(t + c * 3.14159265) + 0.05 * (rand() - 0.5), c
    }
}
