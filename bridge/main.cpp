#include "cli/run.h"

int main(int argc, char** argv)
{
    return tapbridge::cli::run(argc, argv);
}
