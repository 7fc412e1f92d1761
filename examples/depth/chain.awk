# 1,000 points of 16 numbers, and half the sum of each as what is to be found, as CSV.
BEGIN {
    srand(2)
    for (i = 0; i < 1000; i++) {
        sum = 0
        for (k = 0; k < 16; k++) {
            x = rand() - 0.5
            sum += x
            printf "%.5f,", x
        }
        printf "%.5f\n", sum / 2
    }
}
