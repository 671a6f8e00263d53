# cmake -DTEXT=file -DHEADER=file -P tools/embed-text.cmake: the text as a string in a header.
file(READ ${TEXT} text)
file(WRITE ${HEADER} "#pragma once\nnamespace cairn::device {\ninline constexpr char kKernelsPtx[] = R\"ptx(${text})ptx\";\n}\n")
