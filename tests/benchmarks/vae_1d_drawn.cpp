// The 1-D VAE as in vae_1d.cpp, with the noise drawn before: only the first job draws.
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

const int STEPS = 5000;
const double X = 2.0, RATE = 1e-2;

static std::vector<double> drawn() {
    std::mt19937 rng(0);
    std::normal_distribution<double> normal(0.0, 1.0);
    std::vector<double> noise(STEPS);
    for (double &eps : noise) eps = normal(rng);
    return noise;
}

extern "C" void job(double *answer) {
    static const std::vector<double> noise = drawn();
    double mu = 0.0, logvar = -0.5, w = 0.1, b = 0.0, total = 0.0;
    for (double eps : noise) {
        double sigma = std::max(std::exp(0.5 * logvar), 1e-6);
        double z = mu + sigma * eps;
        double r = w * z + b - X;
        double kl = 0.5 * (mu * mu + sigma * sigma - std::log(sigma * sigma) - 1.0);
        total += 0.5 * r * r + kl;
        double d_mu = r * w + mu;
        double d_sigma = r * w * eps + sigma - 1.0 / sigma;
        double d_w = r * z;
        mu -= RATE * d_mu;
        logvar -= RATE * 0.5 * sigma * d_sigma;
        w -= RATE * d_w;
        b -= RATE * r;
    }
    answer[0] = total / STEPS;
    answer[1] = mu;
    answer[2] = logvar;
    answer[3] = w;
    answer[4] = b;
}
