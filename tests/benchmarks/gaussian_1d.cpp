// First reference program: E[sin z], z = mu + sigma eps, and its gradients, pathwise and by
// forward differences under shared noise. Plain loops, noise kept where it is used twice.
#include <cmath>
#include <random>
#include <vector>

const int S = 20000;
const double MU = 0.7, SIGMA = 1.2, H = 1e-4;

double mean_of_sin(double mu, double sigma, const std::vector<double> &eps) {
    double total = 0.0;
    for (double e : eps) total += std::sin(mu + sigma * e);
    return total / S;
}

extern "C" void job(double *answer) {
    std::mt19937 rng(0);
    std::normal_distribution<double> normal(0.0, 1.0);

    double total = 0.0, d_mu = 0.0, d_sigma = 0.0;
    for (int i = 0; i < S; i++) {
        double eps = normal(rng);
        double z = MU + SIGMA * eps;
        total += std::sin(z);
        double slope = std::cos(z);
        d_mu += slope;
        d_sigma += slope * eps;
    }
    answer[0] = total / S;
    answer[1] = d_mu / S;
    answer[2] = d_sigma / S;

    std::vector<double> eps(S);
    for (double &e : eps) e = normal(rng);
    double base = mean_of_sin(MU, SIGMA, eps);
    answer[3] = (mean_of_sin(MU + H, SIGMA, eps) - base) / H;
    answer[4] = (mean_of_sin(MU, SIGMA + H, eps) - base) / H;
}
