// One AdamW update (arXiv 1711.05101) of many parameters, float32: the arithmetic of AdamWKernel, element by element.
//
// A block for each piece of a parameter.

struct Piece {
  float* p;        // the parameter, which changes
  const float* g;  // its gradient
  float* m;        // first moment, which changes
  float* v;        // second moment, which changes
  long long size;
};

struct Numbers {
  float keep;       // 1 - rate * decay
  float scale;      // of the gradient
  float beta1, beta2, rest1, rest2;
  float stepSize;   // rate / (1 - beta1^t)
  float rootScale;  // 1 / sqrt(1 - beta2^t)
  float eps;
};

extern "C" __global__ void adamw(const Piece* __restrict__ pieces, Numbers n) {
  const Piece piece = pieces[blockIdx.x];
  for (long long i = threadIdx.x; i < piece.size; i += blockDim.x) {
    const float gradient = piece.g[i] * n.scale;
    const float first = piece.m[i] * n.beta1 + gradient * n.rest1;
    const float second = piece.v[i] * n.beta2 + gradient * gradient * n.rest2;
    piece.m[i] = first;
    piece.v[i] = second;
    piece.p[i] = piece.p[i] * n.keep - n.stepSize * first / (sqrtf(second) * n.rootScale + n.eps);
  }
}
