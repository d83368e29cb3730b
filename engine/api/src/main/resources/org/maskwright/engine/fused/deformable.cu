// Multi-scale deformable sampling on an NVIDIA GPU, float32; DeformableSampling holds the contract and the composition that this is compared with.
//
// One warp for each row, which is an image, a query and a head: its lanes share the channels. Rows lie in order [B,Lq,M]; values are [B,S,M,D],
// locations [B,Lq,M,levels,points,2], weights [B,Lq,M,levels,points], results [B,Lq,M,D].
//
// Gradients of values are added up by atomic operations, in an order that differs from run to run, and so do their last digits.

#define LANES 32
#define MOST_LEVELS 8

struct Levels {
  int count;
  int height[MOST_LEVELS];
  int width[MOST_LEVELS];
  int start[MOST_LEVELS];  // tokens before each
};

// The pixels around a location of one level.
struct Place {
  float x, y, fx, fy;
  bool inside;                   // less than a whole pixel outside, and finite
  long long at00, at01, at10, at11;  // of channel 0; -1 outside
};

__device__ static Place place(float locX, float locY, const Levels& levels, int level, long long image, int tokens, int heads, int head, int width) {
  const int w = levels.width[level];
  const int h = levels.height[level];
  Place p;
  p.x = locX * w - 0.5f;
  p.y = locY * h - 0.5f;
  p.inside = p.x > -1 && p.y > -1 && p.x < w && p.y < h;
  if (!p.inside) {
    return p;
  }
  const float floorX = floorf(p.x);
  const float floorY = floorf(p.y);
  p.fx = p.x - floorX;
  p.fy = p.y - floorY;
  const int x0 = (int)floorX;
  const int y0 = (int)floorY;
  const long long token = image * tokens + levels.start[level] + (long long)y0 * w + x0;
  const long long step = (long long)heads * width;
  const long long first = token * step + (long long)head * width;
  const bool left = x0 >= 0, right = x0 + 1 < w, top = y0 >= 0, bottom = y0 + 1 < h;
  p.at00 = left && top ? first : -1;
  p.at01 = right && top ? first + step : -1;
  p.at10 = left && bottom ? first + w * step : -1;
  p.at11 = right && bottom ? first + (w + 1) * step : -1;
  return p;
}

__device__ static float at(const float* values, long long place, int channel) {
  return place < 0 ? 0.0f : values[place + channel];
}

__device__ static float sumOfWarp(float x) {
  for (int offset = LANES / 2; offset > 0; offset /= 2) {
    x += __shfl_down_sync(0xffffffffu, x, offset);
  }
  return x;  // of lane 0
}

extern "C" __global__ void deformable_forward(
    const float* __restrict__ values, const float* __restrict__ locations, const float* __restrict__ weights, float* __restrict__ out,
    int rows, int tokens, int heads, int width, int queries, int points, Levels levels) {
  const int lane = threadIdx.x % LANES;
  const long long row = ((long long)blockIdx.x * blockDim.x + threadIdx.x) / LANES;
  if (row >= rows) {
    return;
  }
  const int head = row % heads;
  const long long image = row / ((long long)heads * queries);
  const int perRow = levels.count * points;
  const float* loc = locations + row * perRow * 2;
  const float* weight = weights + row * perRow;
  for (int first = 0; first < width; first += LANES) {
    const int d = first + lane;
    float sum = 0;
    for (int i = 0; i < perRow; i++) {
      const float a = weight[i];
      const Place p = place(loc[2 * i], loc[2 * i + 1], levels, i / points, image, tokens, heads, head, width);
      if (!p.inside) {
        // Zero outside; a location or weight that is not finite shows all the same.
        sum = isfinite(p.x) && isfinite(p.y) && isfinite(a) ? sum : nanf("");
      } else if (d < width) {
        const float top = (1 - p.fx) * at(values, p.at00, d) + p.fx * at(values, p.at01, d);
        const float bottom = (1 - p.fx) * at(values, p.at10, d) + p.fx * at(values, p.at11, d);
        sum += a * ((1 - p.fy) * top + p.fy * bottom);
      }
    }
    if (d < width) {
      out[row * width + d] = sum;
    }
  }
}

// gradValues is zero before; every element of the other two gradients is written.
extern "C" __global__ void deformable_backward(
    const float* __restrict__ grad, const float* __restrict__ values, const float* __restrict__ locations, const float* __restrict__ weights,
    float* __restrict__ gradValues, float* __restrict__ gradLocations, float* __restrict__ gradWeights,
    int rows, int tokens, int heads, int width, int queries, int points, Levels levels) {
  const int lane = threadIdx.x % LANES;
  const long long row = ((long long)blockIdx.x * blockDim.x + threadIdx.x) / LANES;
  if (row >= rows) {  // a whole warp, so that those that add up are all there
    return;
  }
  const int head = row % heads;
  const long long image = row / ((long long)heads * queries);
  const int perRow = levels.count * points;
  const float* loc = locations + row * perRow * 2;
  const float* weight = weights + row * perRow;
  for (int i = 0; i < perRow; i++) {
    const int level = i / points;
    const float a = weight[i];
    const Place p = place(loc[2 * i], loc[2 * i + 1], levels, level, image, tokens, heads, head, width);
    float gx, gy, ga;
    if (p.inside) {
      float dot00 = 0, dot01 = 0, dot10 = 0, dot11 = 0;
      for (int d = lane; d < width; d += LANES) {
        const float g = grad[row * width + d];
        if (p.at00 >= 0) {
          dot00 += g * values[p.at00 + d];
          atomicAdd(gradValues + p.at00 + d, a * (1 - p.fy) * (1 - p.fx) * g);
        }
        if (p.at01 >= 0) {
          dot01 += g * values[p.at01 + d];
          atomicAdd(gradValues + p.at01 + d, a * (1 - p.fy) * p.fx * g);
        }
        if (p.at10 >= 0) {
          dot10 += g * values[p.at10 + d];
          atomicAdd(gradValues + p.at10 + d, a * p.fy * (1 - p.fx) * g);
        }
        if (p.at11 >= 0) {
          dot11 += g * values[p.at11 + d];
          atomicAdd(gradValues + p.at11 + d, a * p.fy * p.fx * g);
        }
      }
      dot00 = sumOfWarp(dot00);
      dot01 = sumOfWarp(dot01);
      dot10 = sumOfWarp(dot10);
      dot11 = sumOfWarp(dot11);
      ga = (1 - p.fy) * ((1 - p.fx) * dot00 + p.fx * dot01) + p.fy * ((1 - p.fx) * dot10 + p.fx * dot11);
      gx = a * levels.width[level] * ((1 - p.fy) * (dot01 - dot00) + p.fy * (dot11 - dot10));
      gy = a * levels.height[level] * ((1 - p.fx) * (dot10 - dot00) + p.fx * (dot11 - dot01));
    } else {
      // Zero times a bilinear coefficient: each derivative has the other axis's.
      const float zeroX = isfinite(p.x) ? 0.0f : nanf("");
      const float zeroY = isfinite(p.y) ? 0.0f : nanf("");
      gx = a * zeroY;
      gy = a * zeroX;
      ga = zeroX + zeroY;
    }
    if (lane == 0) {
      gradLocations[(row * perRow + i) * 2] = gx;
      gradLocations[(row * perRow + i) * 2 + 1] = gy;
      gradWeights[row * perRow + i] = ga;
    }
  }
}
