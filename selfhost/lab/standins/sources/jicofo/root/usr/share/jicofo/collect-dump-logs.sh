#!/bin/bash
echo "A stand-in makes no dumps."
