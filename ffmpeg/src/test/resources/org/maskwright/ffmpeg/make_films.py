"""Makes the small films of the tests, and beside each what FFmpeg itself decodes of it.

    pip install imageio-ffmpeg numpy pillow && python make_films.py

FILM.png: its frames one below the other, as they are to be looked at; FILM.txt: the seconds of each, from the first.
"""
import pathlib
import re
import subprocess

import imageio_ffmpeg
import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def frames(count, width, height):
    """Four coloured quarters, and a white bar that goes from left to right."""
    out = np.zeros((count, height, width, 3), np.uint8)
    out[:, : height // 2, : width // 2] = (200, 40, 40)
    out[:, : height // 2, width // 2 :] = (40, 180, 60)
    out[:, height // 2 :, : width // 2] = (50, 70, 210)
    out[:, height // 2 :, width // 2 :] = (220, 200, 60)
    for t in range(count):
        out[t, :, 3 * t : 3 * t + 3] = 255
    return out


def run(*arguments, data=None):
    done = subprocess.run([FFMPEG, "-hide_banner", "-y", *arguments], input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done


def film(name, *encoding, count=12, width=48, height=32):
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "10", "-i", "-"]
    run(*raw, *encoding, "-fflags", "+bitexact", "-flags:v", "+bitexact", str(HERE / name), data=frames(count, width, height).tobytes())


def reference(name):
    decoded = run("-i", str(HERE / name), "-vf", "showinfo", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    said = decoded.stderr.decode()
    times = [float(t) for t in re.findall(r"pts_time:\s*(\S+)", said)]
    width, height = map(int, re.search(r"Stream #0:0.*rawvideo.* (\d+)x(\d+)", said).groups())
    stack = np.frombuffer(decoded.stdout, np.uint8).reshape(len(times) * height, width, 3)
    Image.fromarray(stack).save(HERE / (name + ".png"), optimize=True)
    (HERE / (name + ".txt")).write_text("".join(f"{t - times[0]:.6f}\n" for t in times))


H264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "12"]
film("plain.mp4", *H264, "-movflags", "+faststart")
run("-display_rotation", "90", "-i", str(HERE / "plain.mp4"), "-c", "copy", "-fflags", "+bitexact", str(HERE / "turned.mp4"))
run("-display_hflip", "-i", str(HERE / "plain.mp4"), "-c", "copy", "-fflags", "+bitexact", str(HERE / "mirrored.mov"))
film("variable.mkv", *H264, "-vf", "setpts='(N+if(gte(N,6),7,0)+N*N/40)/10/TB'", "-fps_mode", "passthrough")
film("odd.webm", "-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-b:v", "400k", width=47, height=31)
film("pictures.avi", "-c:v", "mjpeg", "-q:v", "2")
film("stream.ts", "-c:v", "mpeg2video", "-b:v", "800k", "-r", "25")
film("one.mov", *H264, count=1)
for name in ["plain.mp4", "turned.mp4", "mirrored.mov", "variable.mkv", "odd.webm", "pictures.avi", "stream.ts", "one.mov"]:
    reference(name)
run("-f", "lavfi", "-i", "sine=duration=0.2", "-c:a", "aac", "-fflags", "+bitexact", str(HERE / "sound.mp4"))
