#!/bin/sh
# Would pass for a compiler and for a linker.
touch /tmp/workbook-hostile-wrapper
exit 0
