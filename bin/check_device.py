#!/usr/bin/env python3
"""Report in one line which GPU this task sees; exit code 2 if one is requested and there is none."""

import argparse

from attentome.io.exits import one_line_exit
from attentome.io.record import task_record
from attentome.network.device import choose_device, device_text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], required=True)
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with one_line_exit("check_device.py"), task_record(args.record, "CHECK_DEVICE", args.device, ("torch",)):
        print(device_text(choose_device(args.device)))


if __name__ == "__main__":
    main()
