#!/bin/sh
# The first start proper, by jardin-first-boot.service: the garden's program straight from its
# wheel, with the Python that Raspberry Pi OS has. It notes each step, so it may be cut off at will.
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here/jardin.whl" PYTHONDONTWRITEBYTECODE=1 \
    python3 -m gateway.kit.first_boot --boot "$(dirname "$here")" "$@"
ended=$?
# 5 and less are its own: it has said then what is wrong. Else it could not even begin.
if [ "$ended" -gt 5 ] || { [ "$ended" != 0 ] && [ ! -e "$here/PROBLEME.txt" ]; }; then
    cat >"$here/PROBLEME.txt" <<'END'
Le programme de cette carte ne démarre pas : la carte est abîmée, ou sa copie inachevée. Refaites la
carte avec « jardin-gateway card », sur une autre carte si cela recommence.

The program of this card does not start: the card is damaged, or its copy unfinished. Make the card
again with 'jardin-gateway card', on another one if that goes on.
END
    sync
fi
exit "$ended"
