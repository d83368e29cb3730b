package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.DeviceArray;

/**
 * Attention on the CPU, forward and backward, by blocks of queries. Nothing as large as queries
 * times keys is made or kept: the backward pass computes the weights again from the logarithms of
 * the softmaxes' divisors (FlashAttention-2, arXiv 2307.08691, algorithms 1 and 2; here the blocks
 * are of queries alone, with all keys, so that a block's softmax is finished at once and its
 * products are few and large).
 */
final class BlockedAttention {
  /** Weights of a block: 8 MB. Of smaller ones the products do not keep all threads at work. */
  private static final long TOGETHER = 1L << 21;

  /**
   * LibTorch's softmax takes rows shorter than a vector register number by number: 15 numbers in 50
   * times the time that columns of as many take, where many queries fill the registers.
   */
  private static final long SHORT = 16;

  private static final long[] LAST_AXIS = {-1};

  private final Results results;
  private final Natives natives;
  private final long together;

  BlockedAttention(Results results, Natives natives) {
    this(results, natives, TOGETHER);
  }

  /**
   * @param together how many weights a block has at most, where a query has no more
   */
  BlockedAttention(Results results, Natives natives, long together) {
    this.results = results;
    this.natives = natives;
    this.together = together;
  }

  /** Whether the arrays are what this is written for. */
  boolean fits(DeviceArray q, DeviceArray k, DeviceArray v) {
    return tensor(q).scalar_type().intern() == torch.ScalarType.Float
        && tensor(q).numel() > 0
        && tensor(k).numel() > 0
        && tensor(v).numel() > 0;
  }

  /** Some queries of some heads, of one image where there is a mask. */
  private record Block(long image, long head, long heads, long ofImage, long query, long queries) {
    /** Their part of an array [B*M,Lq,..]. */
    Tensor queries(Tensor x) {
      return x.narrow(0, head, heads).narrow(1, query, queries);
    }

    /** Their heads' part of an array [B*M,Lk,..]. */
    Tensor keys(Tensor x) {
      return x.narrow(0, head, heads);
    }

    /** Their part of a mask that broadcasts to [B,M,Lq,Lk]. */
    Tensor mask(Tensor x) {
      Tensor mask = x.select(0, x.size(0) == 1 ? 0 : image);
      Tensor ofHeads = mask.size(0) == 1 ? mask : mask.narrow(0, ofImage, heads);
      return ofHeads.size(1) == 1 ? ofHeads : ofHeads.narrow(1, query, queries);
    }

    /** Room for their weights, [heads,queries,Lk]; of few keys it lies key by key. */
    Tensor room(Tensor work, long keys) {
      Tensor room = work.narrow(0, 0, heads * queries * keys);
      return isShort(keys)
          ? room.view(heads, keys, queries).transpose(1, 2)
          : room.view(heads, queries, keys);
    }
  }

  /** The arrays of one call, heads of all images as one axis. */
  private final class Inputs {
    private final long images;
    private final long headsOfImage;
    private final long heads;
    private final long queries;
    private final long keys;
    private final Tensor scaledQ; // [B*M,Lq,D]
    private final Tensor k;
    private final Tensor v;
    private final Tensor mask; // 0 or minus infinity, broadcasts to [B,M,Lq,Lk]; or null
    private final Tensor nowhere; // bool, broadcasts to [B,M,Lq,1]; or null
    private final Scalar scale;
    private final List<Block> blocks = new ArrayList<>();

    Inputs(DeviceArray q, DeviceArray k, DeviceArray v, DeviceArray blocked, double scale) {
      images = tensor(q).size(0);
      headsOfImage = tensor(q).size(1);
      heads = images * headsOfImage;
      queries = tensor(q).size(2);
      keys = tensor(k).size(2);
      this.scale = new Scalar(scale);
      scaledQ = flat(tensor(q).mul(this.scale));
      this.k = flat(tensor(k));
      this.v = flat(tensor(v));
      if (blocked == null) {
        nowhere = null;
        mask = null;
        split(0, 0, heads);
      } else {
        Tensor all = tensor(blocked);
        while (all.dim() < 4) {
          all = all.unsqueeze(0);
        }
        nowhere = torch.all(all, -1, true);
        // Such a query is computed as if it might attend everywhere, and then zeroed: finite.
        Tensor excluded = all.logical_and(nowhere.logical_not());
        mask = torch.where(excluded, new Scalar(Double.NEGATIVE_INFINITY), natives.zero);
        for (long image = 0; image < images; image++) {
          split(image, image * headsOfImage, headsOfImage);
        }
      }
    }

    private void split(long image, long first, long count) {
      long step = Math.max(1, Math.min(count, together / (queries * keys)));
      long parts = Math.min(queries, (queries * keys + together - 1) / together);
      long rows = (queries + parts - 1) / parts;
      for (long head = 0; head < count; head += step) {
        for (long query = 0; query < queries; query += rows) {
          blocks.add(
              new Block(
                  image,
                  first + head,
                  Math.min(step, count - head),
                  head,
                  query,
                  Math.min(rows, queries - query)));
        }
      }
    }

    Tensor flat(Tensor x) {
      return x.reshape(heads, x.size(2), x.size(3));
    }

    Tensor perHead(Tensor x) {
      return x.view(images, headsOfImage, x.size(1), x.size(2));
    }

    /** Not initialised. */
    Tensor empty(long... shape) {
      return torch.empty(shape, natives.options(DType.FLOAT32), natives.noFormat);
    }

    Tensor roomForWeights() {
      return empty(blocks.stream().mapToLong(b -> b.heads * b.queries).max().orElse(0) * keys);
    }

    /** Zeros for the queries that may attend nowhere. */
    void zeroNowhere(Tensor x) {
      if (nowhere != null) {
        perHead(x).masked_fill_(nowhere, natives.zero);
      }
    }
  }

  /** See {@link org.maskwright.engine.spi.Backend#attention}. */
  DeviceArray[] forward(
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      double scale,
      boolean differentiated) {
    return results.several(
        "attention",
        () -> {
          try (PointerScope scope = new PointerScope()) {
            return detached(scope, forward(new Inputs(q, k, v, blocked, scale), differentiated));
          }
        },
        q,
        k,
        v);
  }

  private Tensor[] forward(Inputs in, boolean differentiated) {
    Tensor out = in.empty(in.heads, in.queries, in.v.size(2));
    Tensor divisors = differentiated ? in.empty(in.heads, in.queries, 1) : null;
    Tensor work = in.roomForWeights();
    for (Block block : in.blocks) {
      try (PointerScope scope = new PointerScope()) {
        Tensor weights = block.room(work, in.keys);
        logits(in, block, weights, null);
        Tensor top = differentiated ? largest(weights) : null;
        softmax(weights);
        if (differentiated) {
          // The largest weight is exp(largest logit - logarithm of the divisor).
          block.queries(divisors).copy_(top.sub(largest(weights).log()));
        }
        torch.bmm_out(block.queries(out), weights, block.keys(in.v));
      }
    }
    in.zeroNowhere(out);
    return new Tensor[] {in.perHead(out), differentiated ? in.perHead(divisors).squeeze(-1) : null};
  }

  private static boolean isShort(long keys) {
    return keys < SHORT;
  }

  /** Over the keys of [heads,queries,Lk], as {@link Block#room} has them. */
  private static void softmax(Tensor weights) {
    if (isShort(weights.size(2))) {
      Tensor columns = weights.transpose(1, 2);
      torch.softmax_out(columns, columns, 1);
    } else {
      torch.softmax_out(weights, weights, -1);
    }
  }

  /** scaled q k^T, blocked keys minus infinity; less a number of each query where one is given. */
  private void logits(Inputs in, Block block, Tensor target, Tensor less) {
    Tensor q = block.queries(in.scaledQ);
    Tensor k = block.keys(in.k).transpose(1, 2);
    Tensor mask = in.mask == null ? null : block.mask(in.mask);
    if (mask != null) {
      torch.baddbmm_out(target, mask, q, k, natives.one, natives.one);
      if (less != null) {
        target.sub_(less);
      }
    } else if (less != null) {
      torch.baddbmm_out(target, less.neg(), q, k, natives.one, natives.one);
    } else {
      torch.bmm_out(target, q, k);
    }
  }

  private static Tensor largest(Tensor rows) {
    return torch.amax(rows, LAST_AXIS, true);
  }

  /** See {@link org.maskwright.engine.spi.Backend#attentionBackward}. */
  DeviceArray[] backward(
      DeviceArray grad,
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      DeviceArray out,
      DeviceArray softmax,
      double scale) {
    return results.several(
        "attention backward",
        () -> {
          try (PointerScope scope = new PointerScope()) {
            Inputs in = new Inputs(q, k, v, blocked, scale);
            Tensor g = in.flat(tensor(grad));
            if (in.nowhere != null) {
              g = g.clone();
              in.zeroNowhere(g);
            }
            Tensor divisors = tensor(softmax).reshape(in.heads, in.queries, 1);
            return detached(scope, backward(in, g, in.flat(tensor(out)), divisors));
          }
        },
        grad,
        q,
        k,
        v);
  }

  private Tensor[] backward(Inputs in, Tensor grad, Tensor out, Tensor divisors) {
    // Of each query, what the softmax's backward pass takes off: sum over keys of weight times its
    // gradient, which is the sum of result times gradient.
    Tensor less = grad.mul(out).sum(LAST_AXIS, true, natives.noType);
    Tensor dq = torch.empty_like(in.scaledQ);
    Tensor dk = torch.zeros_like(in.k);
    Tensor dv = torch.zeros_like(in.v);
    Tensor work = in.roomForWeights();
    Tensor more = in.roomForWeights();
    for (Block block : in.blocks) {
      try (PointerScope scope = new PointerScope()) {
        Tensor weights = block.room(work, in.keys);
        logits(in, block, weights, block.queries(divisors));
        weights.exp_();
        Tensor g = block.queries(grad);
        block.keys(dv).baddbmm_(weights.transpose(1, 2), g);
        Tensor d = block.room(more, in.keys);
        Tensor values = block.keys(in.v).transpose(1, 2);
        torch.baddbmm_out(d, block.queries(less).neg(), g, values, natives.one, natives.one);
        d.mul_(weights);
        torch.bmm_out(block.queries(dq), d, block.keys(in.k));
        block.keys(dk).baddbmm_(d.transpose(1, 2), block.queries(in.scaledQ));
      }
    }
    dq.mul_(in.scale);
    return new Tensor[] {in.perHead(dq), in.perHead(dk), in.perHead(dv)};
  }

  /** What outlives the scope. */
  private static Tensor[] detached(PointerScope scope, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor != null) {
        tensor.retainReference();
        scope.detach(tensor); // which lets go of the scope's own reference
      }
    }
    return tensors;
  }
}
