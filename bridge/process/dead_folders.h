// Removing private folders: our own, and those that a KILL left behind.
#pragma once

#include <string>

namespace tapbridge::process {

inline constexpr const char* k_folder_prefix = "tapbridge-";
inline constexpr const char* k_lock_name = "lock";
inline constexpr const char* k_new_lock_name = "lock.new"; // until it is held

// With everything in it. Follows no symbolic link; what cannot be removed stays.
void remove_folder(const std::string& path);

// Removes the folders of this user in `place` that are named as ours are and whose owner is gone:
// nobody holds their lock, or they hold nothing and are older than a minute (their owner was killed
// before it had a lock).
void sweep_dead_folders(const std::string& place);

} // namespace tapbridge::process
