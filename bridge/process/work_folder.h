// The private folder that the tap's config, state and catalog lie in.
#pragma once

#include "util/fd.h"

#include <memory>
#include <string>
#include <string_view>

namespace tapbridge::process {

// A folder of mode 0700 with files of mode 0600 under the first writable of $TAPBRIDGE_TMPDIR,
// /dev/shm, $TMPDIR and /tmp; removed with all its content when this object goes. A lock (flock)
// held in it tells a living folder from one that a KILL left behind; making one sweeps the dead
// ones of the same user.
class WorkFolder {
public:
    enum class Place : bool {
        memory, // all four: for what holds secrets
        disk    // only $TMPDIR and /tmp: for what a tap may fill, its working directory
    };

    // Throws airbyte::ErrorException (system_error) that names what was tried where no place is
    // writable.
    explicit WorkFolder(Place place = Place::memory);
    ~WorkFolder();
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    const std::string& path() const { return m_path; }
    // Writes a file and returns its path: where this folder's file system is full (a container's
    // /dev/shm is small), in a second folder on disk. Throws ErrorException (system_error) where
    // that fails as well.
    std::string write(std::string_view name, std::string_view content) const;

private:
    // 0, or the errno of what failed: then nothing of the file is left.
    int try_write(const std::string& path, std::string_view content) const;

    Place m_place;
    std::string m_path;
    Fd m_lock;
    mutable std::unique_ptr<WorkFolder> m_overflow;
};

} // namespace tapbridge::process
