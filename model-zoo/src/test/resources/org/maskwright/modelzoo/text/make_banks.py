"""Makes bank-mean.npz, bank-templates.npz and one.npy (numpy alone): banks of words as others write them.

  python make_banks.py   (numpy 2.x)
"""
import numpy as np

rng = np.random.default_rng(5)
names = np.array(["cat", "Löwe", "犬 🐕"])
x = rng.normal(size=(3, 2, 4)).astype(np.float32) * 3
np.savez("bank-mean.npz", names=names, embeddings=x[:, 0])
np.savez_compressed(
    "bank-templates.npz", names=names, templates=np.array(["{}", "a {}."]), embeddings=x.astype(np.float16), logit_scale=np.float64(20)
)
np.save("one.npy", x[:, 1].astype(np.float64))
np.savez("objects.npz", names=np.array(["cat", None], dtype=object), embeddings=x[:2, 0])
np.savez("columns.npz", names=names, embeddings=np.asfortranarray(x[:, 0]))
