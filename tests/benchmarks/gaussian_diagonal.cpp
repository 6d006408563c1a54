// Second reference program: E[sum_i tanh z_i] of a diagonal Gaussian, with pathwise gradients.
#include <cmath>
#include <random>

const int S = 10000, D = 5;
const double MU[D] = {0.0, 0.5, -1.0, 0.3, 1.2}, SIGMA[D] = {1.0, 0.8, 0.5, 1.5, 0.7};

extern "C" void job(double *answer) {
    std::mt19937 rng(0);
    std::normal_distribution<double> normal(0.0, 1.0);
    double total = 0.0, d_mu[D] = {}, d_sigma[D] = {};
    for (int s = 0; s < S; s++) {
        for (int i = 0; i < D; i++) {
            double eps = normal(rng);
            double t = std::tanh(MU[i] + SIGMA[i] * eps);
            total += t;
            double slope = 1.0 - t * t;
            d_mu[i] += slope;
            d_sigma[i] += slope * eps;
        }
    }
    answer[0] = total / S;
    for (int i = 0; i < D; i++) {
        answer[1 + i] = d_mu[i] / S;
        answer[1 + D + i] = d_sigma[i] / S;
    }
}
