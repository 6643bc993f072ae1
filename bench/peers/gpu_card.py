"""What a card can do at most, measured by PyTorch: python gpu_card.py gpu|cpu. One JSON line, or {"skipped": "reason"}.

Peaks in FLOP/s are those of one large matrix product, 2 n^3 operations; `copy` is the bytes read and written by a large
copy on the card, a second; `from_host` the bytes a second that come from ordinary memory. Each is the best of ten.
"""

import sys
import time
from types import SimpleNamespace

from answers import skip, take_stdout
from gpu_job import prepare_environment, prepare_torch, reason, wait_for

BEST_OF = 10
SIDE = {"gpu": 8192, "cpu": 1024}
BYTES = {"gpu": 2**30, "cpu": 2**27}
FEED_BYTES = 2**26


def main():
    answer = take_stdout()
    try:
        answer(measured(sys.argv[1]))
    except Exception as error:  # whatever a library throws where it cannot work
        skip(answer, reason(error))


def measured(device):
    job = SimpleNamespace(device=device, precision="float32")
    prepare_environment(job, "torch")
    torch = prepare_torch(job)
    place = torch.device("cuda" if device == "gpu" else "cpu")

    def seconds(work):
        work()
        times = []
        for _ in range(BEST_OF):
            wait_for(torch, place)
            start = time.perf_counter()
            work()
            wait_for(torch, place)
            times.append(time.perf_counter() - start)
        return min(times)

    side = SIDE[device]

    def product(dtype):
        a, b = (torch.randn(side, side, device=place, dtype=dtype) for _ in range(2))
        out = torch.empty(side, side, device=place, dtype=dtype)
        return 2 * side**3 / seconds(lambda: torch.matmul(a, b, out=out))

    peaks = {"float32": product(torch.float32)}
    if device == "gpu":
        prepare_torch(SimpleNamespace(device=device, precision="tf32"))
        peaks["tf32"] = product(torch.float32)
        peaks["mixed_float16"] = product(torch.float16)

    source = torch.zeros(BYTES[device] // 4, device=place)
    target = torch.empty_like(source)
    record = {
        "flops": peaks,
        "side": side,
        "copy": 2 * BYTES[device] / seconds(lambda: target.copy_(source)),
        "copy_bytes": BYTES[device],
        "versions": {"torch": torch.__version__},
    }
    if device == "gpu":
        fed = torch.zeros(FEED_BYTES // 4)
        record["from_host"] = FEED_BYTES / seconds(lambda: target[: FEED_BYTES // 4].copy_(fed))
        properties = torch.cuda.get_device_properties(place)
        record["card"] = {
            "name": properties.name,
            "compute_capability": f"{properties.major}.{properties.minor}",
            "memory_bytes": properties.total_memory,
            "cuda_of_torch": torch.version.cuda,
        }
    return record


if __name__ == "__main__":
    main()
